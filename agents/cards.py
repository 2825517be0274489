"""Cards that wait for a yes: which are open, how they are named, what is said of them beside other talk."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from tools import HANDOFF_TOOL

from . import wording
from .actions import PendingAction
from .conversations import Opening
from .records import Action

SHORT = 24


def open_cards(opening: Opening, now: datetime, without: Collection[str] = ()) -> list[PendingAction]:
    """What waits for a yes of its own, oldest first; the offer of a person is none, and what is too late neither."""
    found = [each for each in opening.pending if each.tool != HANDOFF_TOOL and each.id not in without]
    shown = {action: place for place, action in enumerate(opening.shown)}
    return sorted((each for each in found if each.expires_at >= now), key=lambda each: _order(each, shown))


def as_action(card: PendingAction) -> Action:
    """A card as a reply carries it."""
    return Action(card.id, card.tool, card.title, card.arguments, card.summary, card.expires_at)


def checked(summary: str) -> str:
    """What is put up for a yes, with every field on a line."""
    lines = "\n".join(f"- {line}" for line in summary.splitlines())
    return f"{wording.CHECK}\n{lines}"


def listed(cards: Iterable[PendingAction], how: str = wording.WHICH_CARD) -> str:
    """Several cards by name, and how to answer them in words."""
    lines = "\n".join(f"{place}. {_named(each)}" for place, each in enumerate(cards, 1))
    return how.format(lines=lines)


def reminder(cards: Sequence[PendingAction]) -> str:
    """A line beneath an answer: what still waits for the yes."""
    if len(cards) == 1:
        return wording.CARD_WAITS.format(card=_named(cards[0]))
    return wording.CARDS_WAIT.format(cards="、".join(_named(each) for each in cards))


def beside_another(cards: Sequence[PendingAction]) -> str:
    """A line beneath a new card: what else waits, and how to answer for both in words."""
    return wording.CARD_BESIDE.format(cards="、".join(_named(each) for each in cards))


def dropped(card: PendingAction) -> str:
    """That one of several cards was cancelled."""
    return wording.ONE_DROPPED.format(card=_named(card))


def _named(card: PendingAction) -> str:
    """The title of a card and the first thing it says: “上报城市问题”（路灯不亮）."""
    first = next(iter(card.summary.splitlines()), "").split("：", 1)[-1]
    short = first if len(first) <= SHORT else f"{first[: SHORT - 1]}…"
    return f"“{card.title}”（{short}）" if short else f"“{card.title}”"


def _order(card: PendingAction, shown: dict[str, int]) -> tuple[datetime, int]:
    return card.expires_at, shown.get(card.id, len(shown))
