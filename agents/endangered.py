"""A talk in danger stays one: the turns after an emergency reply, until it is over or something else is wished.

What is said then is answered from the danger's own words, before any model; it is poured into no card and no question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from tools import HANDOFF_TOOL, Principal

from . import wording
from .conversations import Opening
from .guard import Danger, is_called, is_over, lasting, tells_more, triage
from .routing import Router
from .understanding import assent, is_question, only_a_place, places, small_talk

# Words this short that wish for nothing of their own still belong to the danger told just before: 穿红衣服.
BRIEF = 8
Says = Literal["more", "place", "called", "over", "report", "where", "card"]
_REGISTER = re.compile(
    r"^(?:那|现在|先|请|快点?|赶紧|帮我|给我|你|就|可以|能不能|麻烦|来|，)*(?:登记|上报|报(?!警|销))"
    r"(?:一?下|上去|吧|啊|了|撒|嘛|呀|案件|一个|吗|不|这件事)*[。！!？?]*$"
)

# A place told of oneself: 我在长江大桥上.
_HERE = re.compile(r"^(?:我们?|人|他们?|她|现在|就|还)+(?:在|到).{2,20}$")
_PLAIN = {"where": wording.TELL_WHERE, "card": wording.REPORT_WAITS}


@dataclass(frozen=True)
class Still:
    """A danger told before that a message still belongs to; `report` are the words its report is made of."""

    danger: Danger
    says: Says
    report: str = ""

    def replies(self, *, waits: bool) -> Iterator[str]:
        """What is said, piece by piece; where something else `waits`, no report is promised beside it."""
        number = self.danger.number
        if self.says in _PLAIN:
            yield _PLAIN[self.says]
            return
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
        if says in ("more", "called", "over") and _was_over(opening.history, danger):
            says = None
        if says is None:
            return Still(danger, "more") if named else None
        text = opening.text.strip(" 。，！!")
        told = f"{text}，{words}"
        if _REGISTER.match(text):
            told = opening.text if self.asked(opening) else words
            says = "where" if says == "report" and told == words and not places(words) else says
        return Still(danger, says, told if says == "report" else "")

    def asked(self, opening: Opening) -> bool:
        """Whether the open question is of the danger's own report, rather than of another matter."""
        waiting = opening.waiting
        told = waiting is not None and any(triage(str(each)) for each in waiting.arguments.values())
        return told and waiting is not None and self._router.reports(waiting.tool)

    def _says(self, opening: Opening, principal: Principal, danger: Danger) -> Says | None:
        text, asked = opening.text, self.asked(opening)
        if is_over(text):
            return "over" if danger.kind != "轻生" else "more"
        if is_called(text):
            return "called"
        here = only_a_place(text) or (bool(_HERE.match(text) and places(text)) and not is_question(text))
        if danger.report and (_REGISTER.match(text) or here):
            if opening.pending:
                return "card" if _REGISTER.match(text) else ("place" if not opening.shown else None)
            # What the report itself asks for is answered there.
            return None if asked and not _REGISTER.match(text) else "report"
        if here:
            return "place"
        if danger.kind == "轻生" and len(text) <= BRIEF * 2 and "不" in text:
            return "more"
        if small_talk(text) or assent(text) is not None:
            return None
        return "more" if self._goes_on(opening, principal) else None

    def _goes_on(self, opening: Opening, principal: Principal) -> bool:
        """Whether words still tell of a danger: nothing else is wished, and no new problem is reported."""
        text, wished = opening.text, self._router.acts(opening.text, principal)
        if wished == HANDOFF_TOOL and "人工" not in text:
            wished = None  # 电话打了没人接 blames nobody here.
        if wished is not None and (not self._router.reports(wished) or places(text)):
            return False
        if tells_more(text):
            return True
        free = not opening.waiting and not opening.pending
        return free and wished is None and len(text) <= BRIEF and not is_question(text)


def _was_over(history: Sequence[BaseMessage], danger: Danger) -> bool:
    """Whether a reply since the danger took it for over."""
    over = wording.IS_OVER.split("{")[0]
    since = (reply for _, reply in reversed(_turns(history)) if reply.startswith((over, danger.first)))
    return next(since, "").startswith(over)


def _turns(history: Sequence[BaseMessage]) -> list[tuple[str, str]]:
    """What was said and what was replied, turn by turn."""
    turns: list[tuple[str, str]] = []
    for message in history:
        if isinstance(message, HumanMessage):
            turns.append((str(message.content), ""))
        elif isinstance(message, AIMessage) and turns:
            turns[-1] = (turns[-1][0], f"{turns[-1][1]}{message.content}")
    return turns
