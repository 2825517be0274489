"""A talk in danger stays one: the turns after an emergency reply, until it is over or something else is wished.

What is said then is answered from the danger's own words, before any model; it is poured into no card and no question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from tools import Principal

from . import wording
from .conversations import Opening
from .guard import LASTS, Danger, is_called, is_over, lasting, tells_more
from .routing import Router
from .understanding import assent, is_question, only_a_place, small_talk

# Words this short that wish for nothing of their own still belong to the danger told just before: 穿红衣服.
BRIEF = 8
Says = Literal["more", "place", "called", "over", "report"]
_REGISTER = re.compile(
    r"^(?:那|现在|先|请|快点?|赶紧|帮我|给我|你|就|可以|能不能|麻烦|来|，)*(?:登记|上报|报(?!警|销))"
    r"(?:一?下|上去|吧|啊|了|撒|嘛|呀|案件|一个|吗|不|这件事)*[。！!？?]*$"
)


@dataclass(frozen=True)
class Still:
    """A danger told before that a message still belongs to; `report` are the words its report is made of."""

    danger: Danger
    says: Says
    report: str = ""

    def replies(self, *, waits: bool) -> Iterator[str]:
        """What is said, piece by piece; where something else `waits`, no report is promised beside it."""
        number = self.danger.number
        if self.says == "over":
            yield wording.IS_OVER.format(number=number)
        elif self.says == "called":
            yield f"{self.danger.follow}\n\n{wording.IS_CALLED.format(number=number)}"
        else:
            yield f"{self.danger.first}\n\n{self.danger.follow}"
        if self.says == "place":
            yield wording.TELL_THE_POLICE
        elif self.danger.report and not waits:
            yield wording.AFTER_DANGER


class Endangered:
    """Tells whether a message still belongs to a danger told before."""

    def __init__(self, router: Router) -> None:
        self._router = router

    def still(self, opening: Opening, principal: Principal, named: Danger | None) -> Still | None:
        """The danger that lasts, or None; `named` is the danger that the message itself names."""
        before = lasting(_turns(opening.history))
        if before is None or (named is not None and not named.last):
            return None
        danger, words = before
        says = self._says(opening, principal, danger)
        if says not in (None, "report", "place") and _was_over(opening.history):
            says = None
        if says is None:
            return Still(danger, "more") if named else None
        text = opening.text.strip(" 。，！!")
        told = f"{text}，{words}"
        if _REGISTER.match(text):
            told = opening.text if opening.waiting else words
        return Still(danger, says, told if says == "report" else "")

    def _says(self, opening: Opening, principal: Principal, danger: Danger) -> Says | None:
        text, free = opening.text, not opening.waiting and not opening.pending
        if is_over(text):
            return "over" if danger.kind != "轻生" else "more"
        if is_called(text):
            return "called"
        if _REGISTER.match(text):
            asked = opening.waiting is not None and self._router.reports(opening.waiting.tool)
            return "report" if danger.report and (free or asked) else ("more" if free else None)
        if only_a_place(text):
            return ("report" if free else None if opening.waiting else "place") if danger.report else "place"
        if danger.kind == "轻生" and len(text) <= BRIEF * 2 and "不" in text:
            return "more"
        if small_talk(text) or assent(text) is not None:
            return None
        return "more" if self._goes_on(opening, principal) else None

    def _goes_on(self, opening: Opening, principal: Principal) -> bool:
        """Whether words still tell of a danger: nothing else is wished, and no new problem is reported."""
        text, wished = opening.text, self._router.acts(opening.text, principal)
        if wished is not None and not self._router.reports(wished):
            return False
        if tells_more(text):
            return True
        free = not opening.waiting and not opening.pending
        return free and wished is None and len(text) <= BRIEF and not is_question(text)


def _was_over(history: Sequence[BaseMessage]) -> bool:
    """Whether a reply since the danger took it for over."""
    over = wording.IS_OVER.split("{")[0]
    replies = [reply for _, reply in _turns(history) if reply]
    return any(reply.startswith(over) for reply in replies[-LASTS:])


def _turns(history: Sequence[BaseMessage]) -> list[tuple[str, str]]:
    """What was said and what was replied, turn by turn."""
    turns: list[tuple[str, str]] = []
    for message in history:
        if isinstance(message, HumanMessage):
            turns.append((str(message.content), ""))
        elif isinstance(message, AIMessage) and turns:
            turns[-1] = (turns[-1][0], f"{turns[-1][1]}{message.content}")
    return turns
