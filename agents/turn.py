"""One turn while it runs: what was said, found and proposed so far. It ends as a `Closing`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from tools import Call, Principal

from .actions import Draft
from .conversations import Closing, Opening
from .errors import Failure
from .guard import PUBLIC_NUMBERS, Checker, Source, Vault, numbers, restore
from .history import dump_message, tool_message
from .records import (
    Action,
    Agent,
    Asked,
    Citation,
    Event,
    Outcome,
    Part,
    Receipt,
    Reply,
    Spoke,
    Waiting,
)
from .rows import Step

ANSWERED = Outcome("answered")


@dataclass
class Turn:
    """The working memory of a turn; nothing in it outlives the turn except through `closing`."""

    conversation_id: str
    opening: Opening
    principal: Principal
    agent: Agent
    call: Call
    vault: Vault
    messages: list[BaseMessage] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    sources: dict[int, Source] = field(default_factory=dict)
    templates: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    asks: list[Asked] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    shown: list[Action] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    outcome: Outcome | None = None
    waiting: Waiting | None = None
    degraded: str | None = None
    stood_in: bool = False
    dropped: list[str] = field(default_factory=list)
    cited: int = 0
    told: set[str] = field(default_factory=set)
    repeated: bool = False
    unknown: set[str] = field(default_factory=set)
    own: list[BaseMessage] = field(default_factory=list)
    _misled: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        words = [str(m.content) for m in self.opening.history if isinstance(m, HumanMessage)]
        self.checker = Checker(self.sources, [*words, self.opening.text], self.templates, self.cited, self.told)
        self.waiting = self.opening.waiting

    @property
    def over(self) -> bool:
        """Whether something ended the turn (a question, an action, a refusal)."""
        return self.outcome is not None

    def add(self, *messages: BaseMessage) -> None:
        """Messages of this turn, for the model now and for the record."""
        for message in messages:
            self.messages.append(message)
            self.own.append(message)
            self.steps.append(Step("message", _TITLES.get(message.type, message.type), dump_message(message)))

    def answer_call(self, call: Mapping[str, Any], content: Mapping[str, Any]) -> None:
        """Answer one of the model's tool calls."""
        self.add(tool_message(str(call["id"]), str(call["name"]), content))

    def mislead(self, call: Mapping[str, Any], problem: str) -> None:
        """A call that cannot be made as it is: the model is told why. Several in one answer count once."""
        self.answer_call(call, {"error": problem, "kind": "invalid"})
        self._misled.add(sum(isinstance(each, AIMessage) for each in self.own))

    @property
    def misled(self) -> int:
        """How many of the model's answers held a call that could not be made."""
        return len(self._misled)

    def note(self, kind: str, title: str, details: Mapping[str, Any]) -> None:
        """A step for the trace."""
        self.steps.append(Step(kind, title, details))

    def cite(self, kind: str, text: str, citation: Citation) -> int:
        """Register a source that sentences may cite; returns its ref."""
        ref = len(self.sources) + 1
        self.sources[ref] = Source(ref, "passage" if kind == "passage" else "record", text, citation)
        return ref

    def feed(self, chunk: str) -> list[Event]:
        """Model text: what passes the guard is said, sentence by sentence."""
        return self._pass(self.checker.feed(chunk))

    def flush(self) -> list[Event]:
        """The rest of the model's text."""
        return self._pass(self.checker.flush())

    def stand_in_for(self, reason: Failure, problem: str) -> None:
        """The model failed: what it did not finish is forgotten, another one goes on, and the reply says so."""
        self.checker.discard()
        self.stood_in, self.degraded = True, reason
        self.note("model", "模型没有答完，由内置模型接着回答", {"reason": reason, "problem": problem})

    def forget_answer(self) -> None:
        """The last answer was not said and is asked for anew: no later turn shall read it."""
        answer = dump_message(self.messages.pop())
        self.own.pop()
        at = max(n for n, step in enumerate(self.steps) if step.kind == "message")
        self.steps[at] = Step("model", "没有发出的回答，请模型重答", answer)

    def speak(self, text: str) -> Event:
        """Say a sentence of the desk's own."""
        piece = text if not self.said else f"\n\n{text}"
        self.said.append(piece)
        return Spoke(restore(piece, self.vault))

    def known(self, text: str) -> bool:
        """Whether every number of a text was read or heard somewhere: not made up by a model."""
        read = (str(each.content) for each in self.messages if not isinstance(each, AIMessage))
        allowed = set(PUBLIC_NUMBERS).union(*(numbers(each) for each in read))
        return numbers(text) <= allowed

    def end(self, outcome: Outcome) -> None:
        """The turn ends this way, whatever the model would add."""
        self.outcome = outcome

    def closing(self) -> Closing:
        """What this turn leaves behind."""
        text = "".join(self.said).strip()
        if not isinstance(self.messages[-1], AIMessage) or self.messages[-1].tool_calls:
            self.add(AIMessage(text))
        outcome = self.outcome or ANSWERED
        reply = Reply(
            conversation_id=self.conversation_id,
            turn_id=self.opening.turn_id,
            agent=self.agent.name,
            text=text,
            outcome=outcome,
            parts=tuple(self.parts),
            citations=tuple(self.checker.citations),
            asks=tuple(self.asks),
            actions=(*self.shown, *(draft.action for draft in self.drafts)),
            receipts=tuple(self.receipts),
            suggestions=self._suggestions(outcome),
            trace_id=self.opening.turn_id,
            degraded=self.degraded,
        )
        return Closing(reply, self.vault, self.steps, self.drafts, self.waiting, self.replaced)

    def _suggestions(self, outcome: Outcome) -> tuple[str, ...]:
        lost = outcome.kind == "refused" or (outcome.kind == "answered" and not self.checker.citations)
        return self.agent.suggestions if lost else ()

    def _pass(self, checked: Any) -> list[Event]:
        events: list[Event] = []
        for piece in checked:
            if piece.dropped:
                self.dropped.append(piece.dropped)
                self.note("guard", "去掉没有依据的句子", {"text": piece.text, "why": piece.dropped})
            elif piece.repeated:
                self.repeated = True
                self.note("guard", "已经说过的句子不再说", {"text": piece.text})
            elif piece.text:
                self.said.append(piece.text)
                events.append(Spoke(restore(piece.text, self.vault)))
        return events


_TITLES = {"human": "用户的话", "ai": "模型的话", "tool": "工具的结果"}
