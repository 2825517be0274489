"""What was handed in in this conversation is told from its own receipts, never by listing what else a person has."""

from __future__ import annotations

import re
from dataclasses import dataclass

from langchain_core.messages import AIMessage

from knowledge import sentences
from tools import HANDOFF_TOOL

from ..understanding import asks_what_was_done, named_of_it, ordinal, says_just_now
from .offline_calls import call
from .offline_heard import Heard
from .offline_lists import named_in
from .offline_rows import getter
from .offline_words import COUNTED, NOTHING_SENT_HERE, SENT, SENT_HERE

_MARK = re.compile(r"\[\d+\]")
_SHOWN = 4


@dataclass(frozen=True)
class Receipt:
    """One thing that was handed in here: what was said of it, and its number among what can be cited."""

    said: str
    ref: int


def of_receipts(heard: Heard) -> AIMessage | None:
    """The receipts that are asked for; the object of one where its place among them is named."""
    if heard.waiting or heard.restated:
        return None
    done, open_cards = _receipts(heard), bool(heard.context and heard.context.pending)
    place = ordinal(heard.text)
    if place is not None:
        return None if open_cards else _by_place(heard, done, place)
    if not asks_what_was_done(heard.text):
        return None
    named = named_of_it(heard.text)
    if not heard.memory.acted:
        here = open_cards or says_just_now(heard.text)
        return AIMessage(NOTHING_SENT_HERE) if here and not named else None
    meant = [each for each in done if _shares(named, each.said)] if named else done
    return _told(meant[-_SHOWN:], whole=bool(named) or len(done) == len(heard.memory.acted)) if meant else None


def _receipts(heard: Heard) -> list[Receipt]:
    """What was carried out and can be cited, oldest first."""
    results = {_MARK.sub("", each.say): each.ref for each in heard.memory.results}
    acts = [each for each in reversed(heard.memory.acted) if each.tool != HANDOFF_TOOL]
    said = [_MARK.sub("", each.said) for each in acts]
    return [Receipt(each, results[each]) for each in said if each in results]


def _told(done: list[Receipt], *, whole: bool) -> AIMessage:
    """What was handed in; it is counted only where nothing has grown too old to be cited."""
    counted = whole and len(done) > 1
    lead = SENT_HERE.format(count=COUNTED[len(done) - 1]) if counted else SENT
    return AIMessage("\n".join([lead, *(f"{_first(each.said)}[{each.ref}]" for each in done)]))


def _by_place(heard: Heard, done: list[Receipt], place: int) -> AIMessage | None:
    """第一个什么时候能弄好, where nothing was listed since: the first that was handed in."""
    numbers = [next(iter(named_in(each.said).items()), None) for each in done]
    told = len(done) > 1 and heard.memory.listed is None and -1 <= place <= len(done)
    one = numbers[place - 1 if place > 0 else -1] if told else None
    reader = getter(heard.specs, one[0]) if one else None
    return call(reader, {heard.specs[reader].required[0]: one[1][0]}, heard.text) if one and reader else None


def _shares(named: str, said: str) -> bool:
    return any(named[at : at + 2] in said for at in range(max(len(named) - 1, 1)))


def _first(said: str) -> str:
    """The first sentence, which names the number and the place."""
    return next((said[span.start : span.end].strip() for span in sentences(said)), said)
