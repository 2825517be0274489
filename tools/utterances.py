"""What people say when they mean a tool; the built-in model and routing learn from these."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


def utterances(tool: str) -> tuple[str, ...]:
    """The examples of one tool; a tool without any is a mistake."""
    return tuple(_listed()[tool])


def phrases(tool: str) -> tuple[str, ...]:
    """More ways to mean a built-in tool, from `data/phrases/*.txt`; none for a tool that is not listed there."""
    return _phrases().get(tool, ())


@cache
def _listed() -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads((DATA / "utterances.json").read_text(encoding="utf-8"))
    return found


@cache
def _phrases() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for path in sorted((DATA / "phrases").glob("*.txt")):
        lines: list[str] = []
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("["):
                lines = found.setdefault(line.strip("[]"), [])
            elif line and not line.startswith("#"):
                lines.append(line)
    return {tool: tuple(lines) for tool, lines in found.items()}
