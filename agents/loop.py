"""One turn: look up passages, ask the model, run its tools, until it answers or must stop for the user."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tools import BaseTool

from knowledge import Found, Library
from tools import HANDOFF_TOOL, NeedsAnswer, ToolError, ToolSpec, run_tool, spec_of

from . import wording
from .actions import Draft, PendingAction
from .arguments import UNREADABLE, WrongArguments, checked
from .asking import Asking
from .cards import checked as checked_summary
from .citing import numbered, record_result
from .context import LOOKUP, UNKNOWN, Context, system_message, waiting_block
from .control import obey
from .guard import restore_value
from .handoff import Offers
from .history import past, spoken_of
from .lookup import ENOUGH, look_up, look_up_talk, passages
from .proposals import masked_value, propose
from .recent import citable
from .records import Action, Asked, Event, Outcome, Stepped, Waiting, could_not_help
from .refusing import cannot, not_admitted
from .revising import asked_anew, changed_alike, revised, unchanged
from .series import of_the_same, put_up, series_of
from .thread import titles_told
from .toolbox import CONTROL, HAND_OFF
from .turn import Turn
from .understanding import goes_on, is_question, names_something, points_back, topic

MODEL_CALLS, REPAIRS = 6, 1
SHORT = 12
NUMBERED = frozenset(("phone", "resident_id", "case_no", "order_no", "component_no", "credit_code"))
_NUMBER = re.compile(r"(?:⟦[^⟧]*⟧|[0-9A-Za-z\s-]{4,})+")


class Loop:
    """Runs turns. It keeps nothing between them; limits are checked in `run` alone."""

    def __init__(self, asking: Asking, library: Library, offers: Offers, minutes: int) -> None:
        self._asking = asking
        self._toolbox = asking.toolbox
        self._library = library
        self._offers = offers
        self._minutes = minutes

    async def run(self, turn: Turn) -> AsyncIterator[Event]:
        """Yield what happens; the turn is complete when this ends."""
        self._open(turn)
        yield Stepped("lookup", "查找依据", False)
        await self._look_up(turn)
        yield Stepped("lookup", "查找依据", True)
        for _ in range(MODEL_CALLS):
            async for event in self._asking.ask(turn):
                yield event
            calls = _last_calls(turn)
            for call in calls:
                async for event in self._handle(turn, call):
                    yield event
            if turn.over or not calls:
                break
            if turn.misled > REPAIRS:
                yield turn.speak(wording.CONFUSED)
                turn.end(Outcome("refused", "invalid"))
                break
        else:
            yield await self._offers.add(turn, "stuck", wording.HANDED_OFF)
            turn.end(Outcome("handoff"))
        if not turn.said and turn.repeated:
            yield turn.speak(wording.SAID_ABOVE)
        if not turn.said:
            yield turn.speak(wording.NO_SUPPORT)
            turn.end(Outcome("refused", "no_evidence"))
        if turn.opening.failed and not turn.principal.is_staff and turn.outcome and could_not_help(turn.outcome):
            yield await self._offers.add(turn, "stuck", wording.TWICE)

    def _open(self, turn: Turn) -> None:
        context = Context(
            clock=turn.call.now.isoformat(),
            roles=tuple(sorted(turn.principal.roles)),
            agent=turn.agent.name,
            waiting=waiting_block(turn.waiting),
            pending=tuple(
                {"action": each.id, "tool": each.tool, "summary": each.summary} for each in turn.opening.pending
            ),
        )
        before = citable(turn, past(turn.opening.history), self._toolbox)
        turn.messages = [system_message(turn.agent.instructions, context), *before]
        turn.add(HumanMessage(turn.opening.text))

    async def _look_up(self, turn: Turn) -> None:
        query, found = await self._found(turn)
        call = {"name": LOOKUP, "args": {"query": query}, "id": "lookup-0", "type": "tool_call"}
        turn.add(AIMessage("", tool_calls=[call]))
        turn.answer_call(call, numbered(turn, passages(found, await self._of_talk(turn))))

    async def _found(self, turn: Turn) -> tuple[str, Found]:
        """What was looked up and found: the words alone, or with what was spoken of where they go on with that."""
        text = turn.opening.text
        about = spoken_of(turn.opening.history) if turn.waiting is None or is_question(text) else ""
        both = f"{topic(about)} {text}".strip()
        if about and goes_on(text):
            return both, await self._searched(turn, both)
        found = await self._searched(turn, text)
        if about and len(text) < SHORT and found.coverage < ENOUGH:
            wider = await self._searched(turn, both)
            return (both, wider) if wider.coverage > found.coverage else (text, found)
        return text, found

    async def _of_talk(self, turn: Turn) -> Found | None:
        titles = titles_told(turn.opening.history)
        if not titles:
            return None
        return await asyncio.to_thread(look_up_talk, self._library, turn.opening.text, titles, turn.call)

    async def _searched(self, turn: Turn, query: str) -> Found:
        return await asyncio.to_thread(look_up, self._library, query, frozenset(turn.agent.bases), turn.call)

    async def _handle(self, turn: Turn, call: Mapping[str, Any]) -> AsyncIterator[Event]:
        name = str(call["name"])
        if turn.over:
            turn.answer_call(call, {"status": "skipped"})
        elif name in (HAND_OFF, HANDOFF_TOOL):
            yield await self._hand_off(turn, call)
        elif name in CONTROL and UNREADABLE not in call["args"]:
            for event in obey(turn, call):
                yield event
        elif name not in turn.agent.tools:
            turn.mislead(call, wording.BROKEN_JSON if name in CONTROL else wording.UNKNOWN_TOOL.format(name=name))
        elif not turn.principal.roles & (spec := spec_of(self._toolbox[name])).roles:
            yield _deny(turn, call, spec)
        else:
            async for event in self._use(turn, call, spec):
                yield event

    async def _use(self, turn: Turn, call: Mapping[str, Any], spec: ToolSpec) -> AsyncIterator[Event]:
        """A tool this person may use: its arguments put in order, then what is missing asked for, or the call made."""
        try:
            call = {**call, "args": _in_order(turn, call["args"], self._toolbox[spec.name])}
        except WrongArguments as problem:
            turn.mislead(call, str(problem))
            return
        if refused := await not_admitted(turn, call, spec):
            yield cannot(turn, call, spec, refused)
        elif missing := _missing(spec, call["args"]):
            yield await self._ask_user(turn, call, NeedsAnswer(missing, spec.slots[missing].ask), spec)
        elif spec.effect == "write":
            async for event in self._propose(turn, call, spec):
                yield event
        else:
            async for event in self._read(turn, call, spec):
                yield event

    async def _hand_off(self, turn: Turn, call: Mapping[str, Any]) -> Event:
        """A person is wanted: the hand-off is offered, one yes makes it."""
        given = call["args"]
        why = str(given.get("reason") or "asked")
        turn.answer_call(call, {"status": "offered"})
        lead = wording.OFFERS.get(why, wording.ASKED_PERSON)
        offered = await self._offers.add(
            turn, why if why in wording.OFFERS else "asked", lead, str(given.get("request") or "")
        )
        turn.end(Outcome("handoff"))
        return offered

    async def _ask_user(self, turn: Turn, call: Mapping[str, Any], need: NeedsAnswer, spec: ToolSpec) -> Event:
        """Ask for what is missing; who was asked twice in vain is offered a person."""
        if _in_vain(turn, call, need, spec).count(need.slot) < 2:
            return _question(turn, call, need, spec)
        turn.answer_call(call, {"status": "needs_answer", "slot": need.slot, "question": need.question})
        fault = need.question != spec.slots[need.slot].ask and need.slot in call["args"]
        lead = f"{need.question}\n{wording.STILL_STUCK}" if fault else wording.STUCK
        offered = await self._offers.add(turn, "stuck", lead)
        # What was told is kept: who would rather go on (报吧) is asked for it anew.
        waited = _waited(turn, spec)
        turn.waiting = Waiting(
            turn.agent.name, spec.name, dict(call["args"]), need.slot, (), waited.later if waited else ()
        )
        turn.end(Outcome("handoff"))
        return offered

    async def _propose(self, turn: Turn, call: Mapping[str, Any], spec: ToolSpec) -> AsyncIterator[Event]:
        """Put a write up for a yes: one card, or one for each object that is named."""
        tool, series, problems = self._toolbox[spec.name], series_of(spec, call["args"]), []
        made: list[Action] = []
        for arguments in series.each:
            try:
                proposal = await propose(tool, arguments, turn.vault, turn.call, self._minutes)
            except NeedsAnswer as need:
                if earlier := asked_anew(turn.opening.pending, arguments, spec, turn.opening.text):
                    turn.replaced.append(earlier.id)
                yield await self._ask_user(turn, call, need, spec)
                return
            except ToolError as problem:
                problems.append(problem)
                continue
            turn.vault = proposal.vault
            made.append(proposal.action)
        if not made:
            yield cannot(turn, call, spec, *problems)
            return
        if labels := unchanged(turn.opening.pending, made, spec, turn.opening.text):
            yield turn.speak(wording.NOT_TAKEN.format(labels="、".join(labels)))
        for event in put_up(turn, call, made, problems, series.left_out):
            yield event
        if len(made) > 1:
            turn.replaced += of_the_same(spec, turn.opening.pending, made)
        elif made and (earlier := revised(turn.opening.pending, made[0], spec, turn.opening.text)):
            turn.replaced.append(earlier.id)
            if earlier.tool != spec.name:
                return
            async for event in self._change_alike(turn, earlier, made[0], spec):
                yield event

    async def _change_alike(
        self, turn: Turn, earlier: PendingAction, action: Action, spec: ToolSpec
    ) -> AsyncIterator[Event]:
        """What was put right in one card is put right in the others that share it: both are at C口 then."""
        for other, arguments in changed_alike(turn.opening.pending, earlier, action, spec):
            try:
                proposal = await propose(self._toolbox[spec.name], arguments, turn.vault, turn.call, self._minutes)
            except (NeedsAnswer, ToolError):
                continue
            turn.vault = proposal.vault
            turn.replaced.append(other.id)
            turn.drafts.append(Draft(proposal.action, other.agent))
            call = {"name": spec.name, "args": arguments, "id": f"alike-{proposal.action.id}", "type": "tool_call"}
            turn.add(AIMessage("", tool_calls=[call]))
            turn.answer_call(call, {"status": "awaiting_confirmation", "action": proposal.action.id})
            yield turn.speak(checked_summary(proposal.action.summary))

    async def _read(self, turn: Turn, call: Mapping[str, Any], spec: ToolSpec) -> AsyncIterator[Event]:
        yield Stepped(spec.name, spec.title, False)
        arguments = restore_value(dict(call["args"]), turn.vault)
        try:
            result = await run_tool(self._toolbox[spec.name], arguments, turn.call)
        except NeedsAnswer as need:
            if _unknown_to_tool(turn, call, need, spec):
                turn.answer_call(call, {"error": wording.UNKNOWN_THING.format(title=spec.title), "kind": UNKNOWN})
            else:
                yield await self._ask_user(turn, call, need, spec)
        except ToolError as problem:
            turn.templates.append(str(problem))
            turn.answer_call(call, {"error": str(problem), "kind": problem.kind})
            yield turn.speak(str(problem))
            turn.end(Outcome("refused", wording.REASONS[problem.kind]))
        else:
            turn.answer_call(call, record_result(turn, spec, result.data, result.said))
            turn.waiting = None if turn.waiting and turn.waiting.tool == spec.name else turn.waiting
        yield Stepped(spec.name, spec.title, True)


def _in_order(turn: Turn, arguments: Mapping[str, Any], tool: BaseTool) -> dict[str, Any]:
    """Arguments in their declared types, personal data as placeholders; raises `WrongArguments`."""
    read = checked(tool, restore_value(dict(arguments), turn.vault))
    masked, turn.vault = masked_value(read, turn.vault)
    return {name: masked.get(name, value) for name, value in arguments.items()}


def _last_calls(turn: Turn) -> list[Mapping[str, Any]]:
    last = turn.messages[-1]
    return list(last.tool_calls) if isinstance(last, AIMessage) else []


def _missing(spec: ToolSpec, arguments: Mapping[str, Any]) -> str | None:
    empty: tuple[Any, ...] = (None, "", [], {})
    return next((name for name in spec.required if name in spec.slots and arguments.get(name) in empty), None)


def _unknown_to_tool(turn: Turn, call: Mapping[str, Any], need: NeedsAnswer, spec: ToolSpec) -> bool:
    """Whether a tool asks anew for what the words name: once in a turn, the model may know it from elsewhere."""
    words = str(call["args"].get(need.slot) or "")
    said = turn.opening.text
    asked = (is_question(said) or goes_on(said)) and not points_back(words)
    named = spec.slots[need.slot].kind == "query" and asked and names_something(words)
    if not named or need.choices or _waited(turn, spec) or spec.name in turn.unknown:
        return False
    turn.unknown.add(spec.name)
    return True


def _waited(turn: Turn, spec: ToolSpec) -> Waiting | None:
    """What this tool was waiting for."""
    return turn.waiting if turn.waiting and turn.waiting.tool == spec.name else None


def _told_meanwhile(turn: Turn, call: Mapping[str, Any], spec: ToolSpec) -> list[str]:
    """The labels of what was told instead of what was asked for."""
    waited = _waited(turn, spec)
    if waited is None:
        return []
    new = [name for name, value in call["args"].items() if value != waited.arguments.get(name) and name in spec.slots]
    return [spec.slots[name].label for name in new if name != waited.slot and not spec.slots[name].derived]


def _in_vain(turn: Turn, call: Mapping[str, Any], need: NeedsAnswer, spec: ToolSpec) -> tuple[str, ...]:
    """The slots asked for so far. Who told something else of what is needed was not asked in vain."""
    waited = _waited(turn, spec)
    asked = waited.asked if waited else ()
    told = (need.slot in spec.required or spec.effect == "read") and _told_meanwhile(turn, call, spec)
    return tuple(dict.fromkeys(asked)) if told else asked


def _question(turn: Turn, call: Mapping[str, Any], need: NeedsAnswer, spec: ToolSpec) -> Event:
    slot = spec.slots[need.slot]
    earlier = _in_vain(turn, call, need, spec)
    times, told = earlier.count(need.slot), _told_meanwhile(turn, call, spec)
    wanted = {"status": "needs_answer", "slot": need.slot, "question": need.question, "choices": list(need.choices)}
    turn.answer_call(call, wanted)
    question = need.question
    if times and told and question == slot.ask:
        question = wording.NOTED.format(told="、".join(told), question=question)
    elif times and question == slot.ask:
        wrong = slot.kind in NUMBERED and _NUMBER.fullmatch(turn.opening.text.strip())
        again = wording.WRONG_NUMBER if wrong else wording.ASK_AGAIN
        question = again.format(label=slot.label, question=question)
    turn.asks.append(Asked(spec.name, need.slot, slot.kind, question, need.choices, need.slot in spec.required))
    turn.waiting = Waiting(turn.agent.name, spec.name, dict(call["args"]), need.slot, (*earlier, need.slot))
    turn.end(Outcome("clarify"))
    return turn.speak(question)


def _deny(turn: Turn, call: Mapping[str, Any], spec: ToolSpec) -> Event:
    anonymous = turn.principal.roles == frozenset(("anonymous",)) and "citizen" in spec.roles
    text = (wording.VERIFY_FIRST if anonymous else wording.NOT_ALLOWED).format(title=spec.title)
    turn.answer_call(call, {"error": text, "kind": "not_allowed"})
    turn.note("permission", "没有权限", {"tool": spec.name, "roles": sorted(turn.principal.roles)})
    turn.end(Outcome("refused", "needs_verification" if anonymous else "no_permission"))
    return turn.speak(text)
