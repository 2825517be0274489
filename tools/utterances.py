"""What people say when they mean a tool; the built-in model and routing learn from these."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "utterances.json"


def utterances(tool: str) -> tuple[str, ...]:
    """The examples of one tool; a tool without any is a mistake."""
    return tuple(_all()[tool])


@cache
def _all() -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(DATA.read_text(encoding="utf-8"))
    return found
