"""A message's wishes, one after the other: each by the agent it belongs to, all in one reply.

Danger and abuse are answered from code before any agent. At most one wish puts a question; another that would
have to ask is kept in `Waiting.later` and taken up as soon as nothing is being asked any more.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

from langchain_core.messages import HumanMessage

from knowledge import without_orders
from tools import HANDOFF_TOOL, Call, Principal

from . import wording
from .cards import as_action, beside_another, open_cards, reminder
from .clock import Clock
from .conversations import Closing, Opening
from .endangered import Endangered, Still
from .guard import Danger, restore, screen, triage
from .loop import Loop
from .parting import parted, speaks_of_cards, told_of
from .records import Agent, Event, Is, Outcome, Part, Spoke
from .routing import Router
from .turn import Turn
from .understanding import (
    is_question,
    names_something,
    pleads,
    points_back,
    says_something,
    without_insults,
    without_pleading,
)

# Beside these outcomes nothing is said of what else waits.
APART: frozenset[Is] = frozenset(("emergency", "handoff", "clarify"))
# Which of several outcomes needs the user soonest.
URGENCY: tuple[Is, ...] = ("emergency", "confirm", "clarify", "handoff", "refused", "done", "answered")
LEAD_CHARS = 24
NOT_PASSED_ON = {
    "abuse": (Outcome("answered"), wording.ABUSE),
    "unsafe": (Outcome("refused", "unsafe"), wording.UNSAFE),
    "privacy": (Outcome("refused", "privacy"), wording.PRIVACY),
    "needs_verification": (Outcome("refused", "needs_verification"), wording.STILL_UNVERIFIED),
    "no_permission": (Outcome("refused", "no_permission"), wording.STILL_NOT_ALLOWED),
}
# Who sits at a desk of the centre, and whose offices are elsewhere too.
AT_DESK = frozenset(("acceptor", "dispatcher", "supervisor"))
OFFICES = frozenset(("department",))
_NUMBERED = re.compile(r"(?:WH|GD)\s*\d{6,}", re.IGNORECASE)
_OWN_PLACE = re.compile(r"(?:我|咱|俺)们?(?:的|这|这里|这边|这儿)?(?:办公|单位|中心|大厅|楼|工人|同事|屋|家|院)")
ACCESS = frozenset(("needs_verification", "no_permission"))


@dataclass
class Served:
    """The wishes served so far, each with the words that lead to it; `later` are those still to be served."""

    turns: list[Turn] = field(default_factory=list)
    leads: list[str] = field(default_factory=list)
    later: tuple[str, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether one of them put a question."""
        return any(turn.asks for turn in self.turns)

    def add(self, turn: Turn, lead: str) -> None:
        """One more, led to by these words."""
        self.turns.append(turn)
        self.leads.append(lead)

    def closing(self) -> Closing:
        """All of them as one reply."""
        asking = next((turn for turn in self.turns if turn.asks), self.turns[0])
        waiting = replace(asking.waiting, later=self.later) if asking.waiting else None
        closings = [turn.closing() for turn in self.turns]
        return replace(self._led(closings[0]) if len(closings) == 1 else self._merged(closings), waiting=waiting)

    def _led(self, closing: Closing) -> Closing:
        return replace(closing, reply=replace(closing.reply, text=f"{self.leads[0]}{closing.reply.text}"))

    def _merged(self, closings: Sequence[Closing]) -> Closing:
        replies = [each.reply for each in closings]
        soonest = min(replies, key=lambda reply: URGENCY.index(reply.outcome.kind))
        text = "".join(lead + "".join(turn.said) for lead, turn in zip(self.leads, self.turns, strict=True))
        reply = replace(
            soonest,
            text=text.strip(),
            parts=tuple(Part(reply.agent, reply.outcome, reply.text) for reply in replies),
            citations=tuple(each for reply in replies for each in reply.citations),
            asks=tuple(each for reply in replies for each in reply.asks),
            actions=tuple(each for reply in replies for each in reply.actions),
            suggestions=(),
            degraded=next((reply.degraded for reply in replies if reply.degraded), None),
        )
        return Closing(
            reply=reply,
            vault=closings[-1].vault,
            steps=[step for each in closings for step in each.steps],
            drafts=[draft for each in closings for draft in each.drafts],
            waiting=None,
            replaced=[action for each in closings for action in each.replaced],
        )


class Serving:
    """Serves messages; keeps nothing between them."""

    def __init__(self, router: Router, loop: Loop, clock: Clock) -> None:
        self._router = router
        self._loop = loop
        self._clock = clock
        self._endangered = Endangered(router)

    async def serve(
        self, conversation_id: str, principal: Principal, opening: Opening
    ) -> AsyncIterator[Event | Served]:
        """What happens, and at last all that was served."""
        waiting = opening.waiting
        served = Served(later=waiting.later if waiting else ())
        who = _Asker(conversation_id, principal, opening)
        danger, screened = triage(opening.text), screen(opening.text)
        told = danger is not None and self._only_handles(who)
        still = None if told else self._endangered.still(opening, principal, danger)
        if still is not None and still.says != "report":
            steps = self._still_in_danger(who, still, served)
        elif still is not None:
            # What another matter waits for is not told by the place of a danger.
            who = who if self._endangered.asked(opening) else replace(who, opening=replace(opening, waiting=None))
            steps = self._one(who, still.report, "", served, self._router.takes_reports(principal))
        elif danger is not None and not told:
            steps = self._in_danger(who, danger, served)
        elif screened.kind == "abuse" and (matter := self._matter(who)):
            steps = self._wishes(who, matter, served)
        elif screened.kind in NOT_PASSED_ON:
            steps = self._not_passed_on(who, screened.kind, screened.why, served)
        elif (refused := who.opening.refused) in NOT_PASSED_ON and self._insists(who, refused):
            steps = self._not_passed_on(who, refused, "接着要刚才拒绝的", served)
        else:
            text = who.opening.text
            beside = screened.kind == "injection" and says_something(without_orders(text))
            lead = wording.FOR_THE_CALLER.format(first=danger.first) if danger else ""
            steps = self._wishes(who, without_orders(text).strip() if beside else text, served, lead)
        async for event in steps:
            yield event
        if (reminded := self._remind(who, served)) is not None:
            yield reminded
        yield served

    def _remind(self, who: _Asker, served: Served) -> Event | None:
        """A line beneath the reply: what still waits for the yes, by name. A new card is shown with those before it."""
        replaced = [action for turn in served.turns for action in turn.replaced]
        cards = open_cards(who.opening, self._clock(), replaced)
        last = served.turns[-1]
        fresh = [draft for turn in served.turns for draft in turn.drafts if draft.action.tool != HANDOFF_TOOL]
        others = any(turn.asks or (turn.outcome and turn.outcome.kind in APART) for turn in served.turns)
        if not cards or others:
            return None
        if not fresh:
            return last.speak(reminder(cards))
        served.turns[0].shown = [as_action(each) for each in cards]
        return last.speak(beside_another(cards))

    def _only_handles(self, who: _Asker) -> bool:
        """Whether somebody at a desk registers or moves on what others met with: they are not on the spot."""
        text, roles = who.opening.text, who.principal.roles
        if _OWN_PLACE.search(text):
            return False
        listed = points_back(text) or bool(_NUMBERED.search(text))
        at_desk = roles & AT_DESK or (listed and roles & OFFICES)
        return bool(at_desk) and (listed or self._router.acts(text, who.principal) is not None)

    def _insists(self, who: _Asker, refused: str) -> bool:
        """Whether what was refused is asked for again; who has logged in since may have it."""
        if refused == "needs_verification" and who.principal.verified:
            return False
        if pleads(who.opening.text):
            return not self._begins(who)
        return refused not in ACCESS and self._router.insists(who.opening.text, who.principal)

    def _matter(self, who: _Asker) -> str | None:
        """What is wished or asked beside insults."""
        rest = without_insults(who.opening.text)
        wished = self._router.acts(rest, who.principal) or (is_question(rest) and names_something(rest))
        return rest if wished and rest != who.opening.text and screen(rest).kind == "ok" else None

    def _begins(self, who: _Asker) -> bool:
        """Whether there is a wish or a question of its own beside a plea: 不登录能上报井盖坏了吗."""
        rest = without_pleading(who.opening.text)
        own = self._router.acts(who.opening.text, who.principal)
        return own not in (None, HANDOFF_TOOL) or (is_question(rest) and names_something(rest))

    async def _in_danger(self, who: _Asker, danger: Danger, served: Served) -> AsyncIterator[Event]:
        """What to do first, from code before any model; then the case, when one is to be made."""
        turn = self._turn(who, who.opening.text, served, self._router.takes_reports(who.principal))
        turn.note("guard", "紧急情况", {"kind": danger.kind})
        turn.add(HumanMessage(who.opening.text))
        turn.end(Outcome("emergency"))
        served.add(turn, "")
        yield turn.speak(f"{danger.first}\n\n{danger.follow}")
        waiting, reports = who.opening.waiting, self._router.acts(who.opening.text, who.principal)
        # A report that is half told is not given up for another one.
        if who.opening.pending:
            yield turn.speak(wording.CARDS_LATER)
        elif danger.report and reports and reports != (waiting.tool if waiting else None):
            async for event in self._one(who, who.opening.text, wording.THEN_THE_CASE, served):
                yield event
        elif danger.report:
            yield turn.speak(wording.AFTER_DANGER)

    async def _still_in_danger(self, who: _Asker, still: Still, served: Served) -> AsyncIterator[Event]:
        """The number once more with what to do next; what waits keeps waiting, as it was."""
        turn = self._turn(who, who.opening.text, served, self._router.takes_reports(who.principal))
        turn.note("guard", "紧急情况还没有过去", {"kind": still.danger.kind, "says": still.says})
        turn.add(HumanMessage(who.opening.text))
        turn.waiting = who.opening.waiting
        turn.end(Outcome("emergency" if still.says in ("more", "place", "called") else "answered"))
        served.add(turn, "")
        for text in still.replies(waits=bool(who.opening.pending or who.opening.waiting)):
            yield turn.speak(text)

    async def _not_passed_on(self, who: _Asker, kind: str, why: str, served: Served) -> AsyncIterator[Event]:
        """Insults, requests for harm and for other people's data reach no model."""
        turn = self._turn(who, who.opening.text, served)
        turn.note("guard", "不予处理的内容", {"kind": kind, "why": why})
        turn.add(HumanMessage(who.opening.text))
        outcome, text = NOT_PASSED_ON[kind]
        turn.end(outcome)
        served.add(turn, "")
        yield turn.speak(text)

    async def _wishes(self, who: _Asker, text: str, served: Served, first: str = "") -> AsyncIterator[Event]:
        """The wishes of a text: the message, or what stands in it beside orders to the machine; `first` comes first."""
        wishes, of_rows = self._parts_of(who, text)
        held, served.later = list(served.later), ()
        several = len(wishes) > 1
        while wishes:
            wish = wishes.pop(0)
            about = wording.ABOUT.format(wish=_short(wish)) if several else ""
            async for event in self._one(who, wish, first + about, served, of_rows=wish in of_rows):
                yield event
            first = ""
            if not wishes and not served.asks and served.turns[0].waiting is None:
                wishes, held, several = held, [], True
        served.later += tuple(held)

    def _parts_of(self, who: _Asker, text: str) -> tuple[list[str], frozenset[str]]:
        """The wishes of a text, and which of them are the words of some rows among others (第一个通过，第二个返工)."""
        waiting = who.opening.waiting
        of_cards = bool(who.opening.pending) and speaks_of_cards(text)
        pieces = (text,) if waiting or of_cards else parted(text, who.opening.history)
        if len(pieces) > 1:
            return list(pieces), frozenset(pieces)
        return list(self._router.wishes(pieces[0], who.principal, waiting)), frozenset()

    async def _one(
        self,
        who: _Asker,
        wish: str,
        lead: str,
        served: Served,
        agent: Agent | None = None,
        *,
        of_rows: bool = False,
    ) -> AsyncIterator[Event]:
        """One wish. While a question is open, a wish that asks too is not said but kept for later.

        Words of some rows among others (`of_rows`) that nothing can be done with are asked about.
        """
        turn = self._turn(who, wish, served, agent)
        lead = f"\n\n{lead}" if served.turns and lead else lead
        if not served.asks and not of_rows:
            served.add(turn, lead)
            if lead:
                yield Spoke(restore(lead, turn.vault))
            async for event in self._loop.run(turn):
                yield event
            return
        events = [event async for event in self._loop.run(turn)]
        if of_rows and not turn.asks and not turn.drafts and not told_of(wish, turn.outcome):
            turn = self._turn(who, wish, served)
            turn.add(HumanMessage(wish))
            events = [turn.speak(wording.NOT_THIS_PIECE)]
            turn.end(Outcome("clarify"))
        elif turn.asks and served.asks:
            served.later += (wish,)
            turn = self._turn(who, wish, served)
            turn.add(HumanMessage(wish))
            events = [turn.speak(wording.LATER)]
            turn.end(Outcome("clarify"))
        served.add(turn, lead)
        for event in (Spoke(restore(lead, turn.vault)), *events):
            yield event

    def _turn(self, who: _Asker, wish: str, served: Served, agent: Agent | None = None) -> Turn:
        """A turn for one wish; those after the first wait for nothing, and know what was said before them.

        By the agent that is given, or the one it belongs to.
        """
        opening, before = who.opening, served.turns
        vault = before[-1].vault if before else opening.vault
        said = tuple(message for turn in before for message in turn.own)
        waiting = None if before else opening.waiting
        failed = opening.failed and not before
        history = (*opening.history, *said)
        mine = replace(opening, text=wish, vault=vault, waiting=waiting, history=history, failed=failed)
        pending = () if before else tuple(each.tool for each in opening.pending)
        route = self._router.choose(wish, who.principal, waiting, None if before else opening.agent, pending=pending)
        cited = sum(len(turn.checker.citations) for turn in before)
        call = Call(principal=who.principal, now=self._clock())
        told = before[0].told if before else set()
        agent = agent or route.agent
        turn = Turn(who.conversation_id, mine, who.principal, agent, call, vault, cited=cited, told=told)
        turn.note(
            "routing",
            "选择智能体",
            {"agent": agent.name, "why": route.why, "scores": route.scores, "wish": wish},
        )
        return turn


@dataclass(frozen=True)
class _Asker:
    """Who asks, where, and what the message starts from."""

    conversation_id: str
    principal: Principal
    opening: Opening


def _short(wish: str) -> str:
    return wish if len(wish) <= LEAD_CHARS else f"{wish[: LEAD_CHARS - 1]}…"
