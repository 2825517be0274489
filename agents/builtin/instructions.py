"""Reads an agent's instructions: the Markdown file beside its declaration, which a clerk may edit."""

from __future__ import annotations

from pathlib import Path


def instructions(name: str) -> str:
    """The text of `<name>.md`."""
    return (Path(__file__).parent / f"{name}.md").read_text(encoding="utf-8")
