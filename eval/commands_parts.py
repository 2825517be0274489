"""`hanzhi eval understanding`: intents and slots of single utterances, measured through the front door."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from .expectations import Expect
from .sample import Sample, User, World
from .understanding import SlotFigure, Understanding, read_utterances, take_all, to_json, understanding
from .workers import Where
from .world import EMPTY

FEW = 3
MISTAKES = 25


def add_parts(app: typer.Typer) -> None:
    """Put the command beside the others."""
    app.command("understanding")(measure)


def measure(
    files: Annotated[list[Path], typer.Argument(exists=True, help="JSON 行：text、role、intent，可以有 slots、also。")],
    model: Annotated[str, typer.Option("--model", help="对话模型：offline、endpoint，或插件注册的名字。")] = "offline",
    out: Annotated[Path | None, typer.Option("-o", "--out", help="数字另存为 JSON。")] = None,
) -> None:
    """每句话当作什么意思：意图正确率和混淆表，每种要素的精确率、召回率、F1。"""
    said = read_utterances(files)
    world = Sample("U.1", "U", "operations", "normal", "逐句", "逐句", User(), Expect(), world=World(fixtures=(EMPTY,)))
    with Where(model).open() as target:
        found = understanding(list(take_all(said, target, world)))
    typer.echo("\n".join([*_intents(found), "", *_table(found), "", *_mistakes(found), "", *_slots(found)]))
    if out is not None:
        out.write_text(to_json(found), encoding="utf-8")


def _intents(found: Understanding) -> Iterator[str]:
    each = found.intent
    yield f"意图正确率 {each.point:.1%}（{each.low:.1%}–{each.high:.1%}），{found.n} 句，每句一个新对话"


def _table(found: Understanding) -> Iterator[str]:
    """A row for what was meant: how often it was reached, how much of what was taken for it was it, and the rest."""
    yield _padded("混淆表，工具按类", 18) + "  句数   对    召回率   精确率  被当作"
    for row in found.groups:
        meant = {name: n for (one, name), n in found.confusion.items() if one == row}
        taken = sum(n for (_, name), n in found.confusion.items() if name == row)
        right, total = meant.get(row, 0), sum(meant.values())
        others = sorted((each for each in meant.items() if each[0] != row), key=lambda each: -each[1])
        told = "、".join(f"{name} {n}" for name, n in others)
        shares = _share(right / total if total else None) + _share(right / taken if taken else None)
        yield f"{_padded(row, 18)}{total:6}{right:5}{shares}  {told}".rstrip()


def _mistakes(found: Understanding) -> Iterator[str]:
    yield "最常见的误解"
    yield from (f"{n:4} {meant} 当作 {got}" for meant, got, n in found.mistakes[:MISTAKES])


def _slots(found: Understanding) -> Iterator[str]:
    """Slots that were marked often enough, the rest together, then all."""
    yield _padded(f"要素（意图对的 {found.judged} 句）", 22) + "  精确率   召回率       F1    标注   读出"
    often = {name: each for name, each in found.slots.items() if each.gold >= FEW}
    rare = [each for name, each in found.slots.items() if name not in often]
    for name, each in often.items():
        yield _row(name, each)
    if rare:
        yield _row(f"其他 {len(rare)} 种", _sum(rare))
    yield _row("合计", _sum(list(found.slots.values())))


def _row(name: str, each: SlotFigure) -> str:
    shares = "".join(map(_share, (each.precision, each.recall, each.f1)))
    return f"{_padded(name, 20)}{shares}{each.gold:7}{each.read:7}"


def _share(share: float | None) -> str:
    return "       — " if share is None else f"{share:8.1%} "


def _padded(text: str, width: int) -> str:
    """Filled up with spaces; a Chinese character is two wide."""
    return text + " " * max(0, width - sum(1 + (unicodedata.east_asian_width(each) in "WF") for each in text))


def _sum(figures: Sequence[SlotFigure]) -> SlotFigure:
    return SlotFigure(*(sum(column) for column in zip(*((e.right, e.gold, e.read) for e in figures), strict=True)))
