"""A yes or no in words: which of the actions that wait it decides, and the one reply to all it decided.

Words count for the one action that waits, when the last reply showed it. Of several they count once that reply
said how: 是 for the first, 全部确认 for all, 确认第二项 for that one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from langchain_core.messages import AIMessage

from tools import HANDOFF_TOOL, Principal

from . import wording
from .actions import PendingAction
from .conversations import Opening
from .deciding import Decisions, Told
from .errors import Conflict, Forbidden, Gone
from .handoff import agrees
from .records import Action, Citation, Outcome, Reply
from .rows import restored
from .series import cards, remaining
from .understanding import assent, drops, pointers, without

_ALL = r"(?:全部|全都|所有|统统|通通|一起|一并|[两二三四五六七八九十\d]+[个项条件张]?都|都)(?:的)?(?:给我|帮我|可以)?"
_YES = r"(?:确认|确定|提交|同意|办理?|报|上报|登记|发|要|是的?|对|好|行|可以|没问题|没错|通过|执行|ok)"
_NO = r"(?:取消|不要|不办|不提交|不用|不报|撤销|撤了|放弃|先不[办要提报]?|不行|不对|否)"
_END = r"(?:了|吧|啊|呀|一下|上去|这些|[，,。！!\s])*"
_LEAD = r"(?:嗯|好的?|那|就|请|帮我|把|[，,\s])*"
_ALL_YES = re.compile(rf"^{_LEAD}(?:{_ALL}{_YES}+|{_YES}{_ALL}|全部){_END}$", re.IGNORECASE)
_ALL_NO = re.compile(rf"^{_LEAD}(?:{_ALL}{_NO}+|{_NO}{_ALL}){_END}$")
_THAT_ONE = re.compile(
    rf"^{_LEAD}(?:(?P<no>{_NO})|{_YES})?(?P<at>\0)(?:就|先|也)*(?:(?P<no2>{_NO})|{_YES})?{_END}$", re.IGNORECASE
)


@dataclass(frozen=True)
class Verdict:
    """What is decided on one action."""

    action: PendingAction
    yes: bool


class InWords:
    """Carries out what was decided in words."""

    def __init__(self, decisions: Decisions) -> None:
        self._decisions = decisions

    async def decide(self, who: Principal, conversation_id: str, opening: Opening) -> Reply | None:
        """The reply to a yes or no in words; None where the words are something else."""
        if len(opening.pending) == 1:
            found = _of_one(opening)
            return await self._carry_out(who, conversation_id, opening, [found], []) if found else None
        shown = [each for at in opening.shown for each in opening.pending if each.id == at]
        found_of_several = _of_several(opening, shown)
        if found_of_several:
            decided = {each.action.id for each in found_of_several}
            hidden = [each for each in opening.pending if each not in shown]
            rest = [each for each in (*shown, *hidden) if each.id not in decided]
            return await self._carry_out(who, conversation_id, opening, found_of_several, rest)
        if len(opening.pending) > 1 and assent(opening.text) is not None:
            return await self._show(who, conversation_id, opening)
        return None

    async def _show(self, who: Principal, conversation_id: str, opening: Opening) -> Reply:
        """All that waits, and how to say yes to it."""
        text = cards([each.summary for each in opening.pending])
        told = await self._decisions.tell(who, conversation_id, opening, text, Outcome("confirm"))
        return await self._stored(replace(told.reply, actions=_actions(opening.pending)), told, text)

    async def _carry_out(
        self,
        who: Principal,
        conversation_id: str,
        opening: Opening,
        found: Sequence[Verdict],
        rest: list[PendingAction],
    ) -> Reply:
        told = [await self._one(who, conversation_id, opening, each) for each in found]
        if isinstance(told[-1], Reply):
            return told[-1]
        done = [each for each in told if isinstance(each, Told)]
        reply = _joined([each.reply for each in done])
        more = remaining([each.summary for each in rest]) if rest else ""
        reply = replace(reply, text="\n\n".join(each for each in (reply.text, more) if each), actions=_actions(rest))
        if len(found) == 1 and not rest:
            return restored(reply, done[-1].vault)
        return await self._stored(reply, done[-1], more)

    async def _one(self, who: Principal, conversation_id: str, opening: Opening, verdict: Verdict) -> Told | Reply:
        action, turn = verdict.action, opening.turn_id
        try:
            if verdict.yes:
                return await self._decisions.confirm(who, conversation_id, action.id, None, turn)
            return await self._decisions.cancel(who, conversation_id, action.id, turn)
        except (Conflict, Gone, Forbidden) as problem:
            return await self._decisions.explain(who, conversation_id, turn, action, str(problem))

    async def _stored(self, reply: Reply, told: Told, more: str) -> Reply:
        await self._decisions.retell(reply, [AIMessage(more)] if more else [])
        return restored(reply, told.vault)


def _of_one(opening: Opening) -> Verdict | None:
    """For the one action that waits: it must have been shown by the last reply, but giving up always counts."""
    action = opening.pending[0]
    shown = action.id in opening.shown
    given_up = opening.waiting is None and drops(opening.text)
    if not (shown or given_up):
        return None
    if shown and (_ALL_YES.match(opening.text) or _ALL_NO.match(opening.text)):
        return Verdict(action, bool(_ALL_YES.match(opening.text)))
    verdict = True if action.tool == HANDOFF_TOOL and agrees(opening.text) else assent(opening.text)
    return None if verdict is None or (verdict and not shown) else Verdict(action, verdict)


def _of_several(opening: Opening, shown: Sequence[PendingAction]) -> list[Verdict]:
    """For several that the last reply showed."""
    text = opening.text.strip()
    if len(shown) < 2 or len(text) > 24:
        return []
    for pattern, yes in ((_ALL_YES, True), (_ALL_NO, False)):
        if pattern.match(text):
            return [Verdict(each, yes) for each in shown]
    last = next((str(each.content) for each in reversed(opening.history) if isinstance(each, AIMessage)), "")
    if wording.HOW_TO_SAY not in last:
        return []
    if (verdict := assent(text)) is not None:
        return [Verdict(shown[0], True)] if verdict else [Verdict(each, False) for each in shown]
    found = pointers(text)
    match = _THAT_ONE.match(without(text, found, "\0")) if len(found) == 1 and found[0].places else None
    places = [at for at in found[0].places if 0 < at <= len(shown)] if match else []
    no = bool(match and (match["no"] or match["no2"]))
    return [Verdict(shown[at - 1], not no) for at in places]


def _joined(replies: Sequence[Reply]) -> Reply:
    """Several replies of one turn as one, their citations numbered on."""
    last = replies[-1]
    texts: list[str] = []
    citations: list[Citation] = []
    for each in replies:
        text = each.text
        for cited in each.citations:
            citations.append(replace(cited, number=len(citations) + 1))
            text = text.replace(f"[{cited.number}]", f"[{len(citations)}]")
        texts.append(text)
    receipts = tuple(receipt for each in replies for receipt in each.receipts)
    outcome = next((each.outcome for each in replies if each.receipts), last.outcome)
    text = "\n".join(dict.fromkeys(texts))
    return replace(last, text=text, citations=tuple(citations), receipts=receipts, outcome=outcome)


def _actions(pending: Sequence[PendingAction]) -> tuple[Action, ...]:
    return tuple(Action(a.id, a.tool, a.title, a.arguments, a.summary, a.expires_at) for a in pending)
