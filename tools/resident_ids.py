"""Whether a resident id number can be one: its length and its last digit."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[1-9]\d{16}[\dX]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def right_number(said: str) -> bool:
    """Whether the digits agree with the last one (GB 11643); nothing is known of whose it is."""
    number = re.sub(r"[\s-]", "", said).upper()
    if not _NUMBER.fullmatch(number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[-1]
