"""What is not passed on: injected orders, insults, requests for harm or for others' data. Patterns are data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml

from .others import asks_about_another
from .personal import SURNAMES

Kind = Literal["ok", "injection", "abuse", "unsafe", "privacy"]
OTHERS = "别人名下的信息"
_DATA = Path(__file__).parent / "data" / "screen.yaml"


@dataclass(frozen=True)
class Screened:
    """What a message is, and the pattern's name."""

    kind: Kind
    why: str = ""


def screen(text: str) -> Screened:
    """Screen a message. `injection` only marks it: a legitimate wish beside it is still served."""
    found = next(
        (Screened(kind, name) for kind, name, pattern, unless in _patterns() if _fits(pattern, unless, text)), None
    )
    if found is not None and found.kind in ("unsafe", "privacy"):
        return found
    if asks_about_another(text):
        return Screened("privacy", OTHERS)
    return found or Screened("ok")


def _fits(pattern: re.Pattern[str], unless: re.Pattern[str] | None, text: str) -> bool:
    return bool(pattern.search(text)) and not (unless and unless.search(text))


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[Kind, str, re.Pattern[str], re.Pattern[str] | None], ...]:
    rows = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    kinds: tuple[Kind, ...] = ("unsafe", "privacy", "injection", "abuse")
    return tuple(
        (
            kind,
            row["name"],
            re.compile(row["pattern"].replace("<姓>", f"[{SURNAMES}]")),
            re.compile(row["unless"]) if "unless" in row else None,
        )
        for kind in kinds
        for row in rows[kind]
    )
