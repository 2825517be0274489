"""The desk: the only door to the agents.

async with open_house(settings) as house:
    conversation = await house.desk.open_conversation(principal)
    reply = await house.desk.ask(Ask(conversation.id, "居住证怎么办？"), principal)
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import unicodedata
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from langchain_core.messages import HumanMessage

from knowledge import Document, DocumentFacts, Entry, Found, Job, Library, Query, Visibility
from tools import Call, Principal

from . import wording
from .arrivals import Arrival, Arrivals, Fresh
from .clock import Clock
from .conversations import Conversations, Opening
from .deciding import Decisions, Told
from .errors import DeskError, Forbidden, Invalid
from .handoff import Handoffs, speaker, turn_of, wants_back
from .keys import ApiKeys
from .lookup import visibilities
from .progress import Progress
from .records import Agent, Ask, Decision, Event, Finished, Outcome, Reply, Started
from .replies import Replies
from .rows import restored
from .serving import Served, Serving
from .turn import Turn
from .verdicts import Verdicts
from .views import AuditRow, Conversation, ConversationView, Trace

_log = logging.getLogger(__name__)
_RECOVERY_S = 30.0


@dataclass(frozen=True)
class Parts:
    """What a desk is made of; `bootstrap` puts it together."""

    agents: tuple[Agent, ...]
    library: Library
    conversations: Conversations
    decisions: Decisions
    serving: Serving
    handoffs: Handoffs
    replies: Replies
    arrivals: Arrivals
    progress: Progress
    keys: ApiKeys
    clock: Clock
    turn_max_chars: int
    alone: bool


class Desk:
    """Takes messages and decisions from verified people and answers them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.library = parts.library
        self.agents = parts.agents
        self.keys = parts.keys
        self._verdicts = Verdicts(parts.agents, parts.conversations, parts.decisions, parts.clock)
        self._running: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Finish what a dead process left behind, then keep looking for more."""
        await self._parts.conversations.fail_abandoned()
        self._spawn(self._recover())

    async def close(self) -> None:
        """Let running turns end (they are stored), stop looking."""
        for task in list(self._running):
            if task.get_name() == "recovery":
                task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def open_conversation(self, principal: Principal, *, idempotency_key: str | None = None) -> Conversation:
        """Start a conversation; the same key gives the same one."""
        return await self._parts.conversations.open(principal.id, idempotency_key)

    async def conversations(
        self, principal: Principal, *, limit: int = 20, before: datetime | None = None
    ) -> list[Conversation]:
        """The person's conversations, newest first."""
        return await self._parts.conversations.recent(principal.id, limit, before)

    async def conversation(self, principal: Principal, conversation_id: str) -> ConversationView:
        """One conversation of this person, with its turns."""
        return await self._parts.conversations.view(principal.id, conversation_id)

    async def delete_conversation(self, principal: Principal, conversation_id: str) -> None:
        """Delete one conversation of this person; receipts and audit stay."""
        await self._parts.conversations.remove(principal.id, conversation_id)

    async def ask(self, ask: Ask, principal: Principal) -> Reply:
        """One turn, as its final reply."""
        async for event in self.stream(ask, principal):
            if isinstance(event, Finished):
                return event.reply
        raise AssertionError("a turn always ends with Finished")

    async def stream(self, ask: Ask, principal: Principal) -> AsyncIterator[Event]:
        """One turn, as it happens. The turn runs to its end even if nobody keeps listening."""
        text = self._readable(ask.text)
        opening = await self._parts.conversations.begin(principal.id, ask.conversation_id, text, ask.idempotency_key)
        yield Started(ask.conversation_id, opening.turn_id)
        if opening.replay is not None:
            yield Finished(opening.replay)
            return
        events: asyncio.Queue[Event | Exception] = asyncio.Queue()
        self._spawn(self._run(replace(ask, text=text), principal, opening, events))
        while True:
            event = await events.get()
            if isinstance(event, Exception):
                raise event
            yield event
            if isinstance(event, Finished):
                return

    async def decide(
        self,
        principal: Principal,
        conversation_id: str,
        action_id: str,
        decision: Decision,
        arguments: Mapping[str, Any] | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Reply:
        """Confirm, cancel or edit a pending action of this person."""
        decisions = self._parts.decisions
        if decision == "confirm":
            work = decisions.confirm(principal, conversation_id, action_id, idempotency_key)
            # Shielded: once claimed, an execution is finished even if the client goes away.
            told = await asyncio.shield(self._spawn_value(work))
        elif decision == "cancel":
            told = await decisions.cancel(principal, conversation_id, action_id)
        else:
            told = await decisions.edit(principal, conversation_id, action_id, arguments or {})
        return told if isinstance(told, Reply) else restored(told.reply, told.vault)

    async def hand_over(
        self, principal: Principal, conversation_id: str, *, idempotency_key: str | None = None
    ) -> Reply:
        """Hand one's conversation to a person at once: asking for it by a press is the yes."""
        conversations = self._parts.conversations
        begun = await conversations.begin(principal.id, conversation_id, wording.WANTS_PERSON, idempotency_key)
        if begun.replay is not None:
            return begun.replay
        turn = self._unserved(principal, conversation_id, begun)
        try:
            if begun.handoff is not None:
                turn.add(HumanMessage(begun.text))
                turn.speak(wording.ALREADY_WITH_PERSON.format(order=begun.handoff))
                turn.end(Outcome("handoff"))
                return await self._closed(principal, turn)
            told = await asyncio.shield(self._spawn_value(self._parts.handoffs.make(turn)))
        except Exception as problem:
            await conversations.fail(principal.id, begun.turn_id, type(problem).__name__)
            raise
        return told if isinstance(told, Reply) else restored(told.reply, told.vault)

    async def take_back(self, principal: Principal, conversation_id: str) -> None:
        """Have the agents speak again in one's conversation."""
        await self._parts.handoffs.end(principal, conversation_id)

    async def reply_as_person(
        self, principal: Principal, conversation_id: str, text: str, *, idempotency_key: str | None = None
    ) -> Arrival:
        """Speak in a conversation that was handed over; for acceptors, dispatchers and supervisors."""
        return await self._parts.replies.say(principal, conversation_id, self._readable(text), idempotency_key)

    async def arrivals(
        self, principal: Principal, conversation_id: str, *, after: int = 0, limit: int = 100
    ) -> list[Arrival]:
        """What came in one of this person's conversations outside its turns, after a number."""
        return await self._parts.arrivals.after(principal.id, conversation_id, after, limit)

    async def fresh(self, last: int | None) -> Fresh:
        """In which conversations something came since an arrival: for those who wait."""
        return await self._parts.arrivals.fresh(last)

    async def receive_event(self, headers: Mapping[str, str], path: str, body: bytes) -> bool:
        """Take a signed event of the platform; False when it is not the platform's."""
        return await self._parts.progress.receive(headers, path, body)

    async def trace(self, principal: Principal, conversation_id: str, turn_id: str) -> Trace:
        """How a turn came to its reply; for its owner or an operator."""
        owner = None if "operator" in principal.roles else principal.id
        return await self._parts.conversations.trace(owner, conversation_id, turn_id)

    async def feedback(
        self,
        principal: Principal,
        conversation_id: str,
        turn_id: str,
        rating: Literal["up", "down"],
        comment: str | None = None,
    ) -> None:
        """Store what the person thought of a reply."""
        await self._parts.conversations.rate(principal.id, conversation_id, turn_id, rating, comment)

    async def audit(self, principal: Principal, *, limit: int = 50, before: int | None = None) -> list[AuditRow]:
        """The newest audit rows, for operators."""
        self._operators_only(principal, "审计记录")
        return await self._parts.conversations.audit(limit, before)

    async def search(
        self, principal: Principal, text: str, *, k: int = 5, base: str | None = None, as_of: date | None = None
    ) -> Found:
        """Search the knowledge base as this person; the same function as chat uses."""
        query = Query(
            self._readable(text),
            as_of or self._parts.clock().date(),
            k=k,
            bases=frozenset((base,)) if base else None,
            visibilities=visibilities(principal),
        )
        return await asyncio.to_thread(self.library.search, query)

    async def submit_document(
        self,
        principal: Principal,
        data: bytes,
        name: str,
        base: str,
        visibility: Visibility,
        facts: DocumentFacts,
        *,
        idempotency_key: str | None = None,
    ) -> Job:
        """Queue a file for ingestion, for operators; the same request with the same key is queued once."""
        self._operators_only(principal, "知识库的写入")
        job_id = None
        if idempotency_key is not None:
            content = hashlib.sha256(data).hexdigest()
            request = repr((principal.id, idempotency_key, name, base, visibility, facts, content))
            job_id = f"j_{hashlib.sha256(request.encode()).hexdigest()[:32]}"
        return await asyncio.to_thread(
            self.library.submit, data, name, base, visibility=visibility, facts=facts, job_id=job_id
        )

    async def job(self, principal: Principal, job_id: str) -> Job:
        """The state of an ingestion job; for operators."""
        self._operators_only(principal, "入库任务")
        return await asyncio.to_thread(self.library.job, job_id)

    async def documents(self, principal: Principal, base: str | None = None) -> tuple[Entry, ...]:
        """The documents this person may see."""
        found = await asyncio.to_thread(self.library.documents, base, visibilities(principal))
        return tuple(found)

    async def document(self, principal: Principal, document_id: str) -> Document:
        """One document this person may see."""
        return await asyncio.to_thread(self.library.document, document_id, visibilities(principal))

    async def remove_document(self, principal: Principal, document_id: str) -> None:
        """Remove a document; for operators."""
        self._operators_only(principal, "知识库的写入")
        await asyncio.to_thread(self.library.remove, document_id)

    def _operators_only(self, principal: Principal, what: str) -> None:
        if "operator" not in principal.roles:
            raise Forbidden(f"{what}只对运维人员开放。请用有 operator 角色的身份登录。")

    def _readable(self, text: str) -> str:
        cleaned = text.strip()
        if not cleaned:
            raise Invalid("消息是空的。请写下要咨询或办理的事。", "text")
        if len(cleaned) > self._parts.turn_max_chars:
            raise Invalid(f"消息太长（{len(cleaned)} 字）。请压缩到 {self._parts.turn_max_chars} 字以内。", "text")
        odd = sum(
            unicodedata.category(letter) in ("Cc", "Cn", "Co", "Cs") and letter not in "\n\r\t" for letter in cleaned
        )
        if "\0" in cleaned or odd * 20 > len(cleaned):
            raise Invalid("消息里有无法识别的字符。请只发送文字。", "text")
        return cleaned

    async def _run(
        self, ask: Ask, principal: Principal, opening: Opening, events: asyncio.Queue[Event | Exception]
    ) -> None:
        try:
            async for event in self._turn(ask, principal, opening):
                events.put_nowait(event)
        except Exception as problem:
            if not isinstance(problem, DeskError):
                _log.exception("turn %s failed", opening.turn_id)
            await self._parts.conversations.fail(principal.id, opening.turn_id, type(problem).__name__)
            events.put_nowait(problem)

    async def _turn(self, ask: Ask, principal: Principal, opening: Opening) -> AsyncIterator[Event]:
        reply = await self._verdicts.take(ask.conversation_id, principal, opening)
        if reply is not None:
            yield Finished(reply)
            return
        if opening.handoff is not None:
            turn = self._unserved(principal, ask.conversation_id, opening)
            if await self._with_person(turn):
                yield Finished(await self._closed(principal, turn))
                return
        async for event in self._parts.serving.serve(ask.conversation_id, principal, opening):
            if isinstance(event, Served):
                closing = event.closing()
                await self._parts.conversations.finish(principal.id, closing)
                yield Finished(restored(closing.reply, closing.vault))
            else:
                yield event

    def _unserved(self, principal: Principal, conversation_id: str, opening: Opening) -> Turn:
        """A turn that no model serves, in the name of the agent that spoke last."""
        call = Call(principal=principal, now=self._parts.clock())
        return turn_of(opening, conversation_id, speaker(self.agents, opening.agent), call)

    async def _with_person(self, turn: Turn) -> bool:
        """The words of somebody who speaks with a person; False when the agents are to answer after all."""
        if wants_back(turn.opening.text):
            await self._parts.handoffs.take_back(turn)
            return True
        return await self._parts.handoffs.pass_on(turn)

    async def _closed(self, principal: Principal, turn: Turn) -> Reply:
        """Store a turn that no model served; its reply."""
        closing = turn.closing()
        await self._parts.conversations.finish(principal.id, closing)
        return restored(closing.reply, closing.vault)

    async def _recover(self) -> None:
        everything = self._parts.alone
        while True:
            finished = await self._parts.decisions.recover(everything)
            if finished:
                _log.info("finished %d interrupted actions", finished)
            everything = False
            await self._parts.replies.deliver_all()
            await asyncio.sleep(_RECOVERY_S)

    def _spawn(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work)
        task.set_name("recovery" if work.__name__ == "_recover" else "turn")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def _spawn_value(self, work: Any) -> asyncio.Task[Told | Reply]:
        task: asyncio.Task[Told | Reply] = asyncio.create_task(work)
        self._running.add(task)  # type: ignore[arg-type]
        task.add_done_callback(self._running.discard)
        return task
