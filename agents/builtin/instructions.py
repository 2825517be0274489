"""Reads what a clerk may edit beside an agent's declaration: its instructions and the questions it answers."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent


def instructions(name: str) -> str:
    """The text of `<name>.md`."""
    return (_FOLDER / f"{name}.md").read_text(encoding="utf-8")


def questions(name: str) -> tuple[str, ...]:
    """The lines under `[<name>]` in `questions.txt`: questions about rules that this agent answers."""
    text = (_FOLDER / "questions.txt").read_text(encoding="utf-8")
    _, _, section = text.partition(f"[{name}]\n")
    return tuple(line for line in section.partition("\n[")[0].splitlines() if line)
