"""Records of one sample (`sample/v1`): what is set up, who talks, what is expected, what counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .expectations import Expect, Values

SCHEMA = "sample/v1"
KINDS = ("normal", "missing_slot", "trap", "adversarial")
NULL_AGENTS = ("do_nothing", "refuse_all", "echo_top_doc", "ask_forever", "call_first_tool")
GATES = ("state", "calls", "reply", "outcome", "access", "secrets", "attack")


@dataclass(frozen=True)
class Source:
    """Where a sample comes from."""

    author: str = ""
    date: str = ""
    origin: str = ""
    licence: str = ""
    upstream_id: str = ""


@dataclass(frozen=True)
class Quarantine:
    """Why a sample does not count for now, and since when."""

    reason: str
    since: str


@dataclass(frozen=True)
class TablePatch:
    """Rows put into or taken out of one table of the platform."""

    upsert: tuple[Values, ...] = ()
    delete: tuple[Values, ...] = ()


@dataclass(frozen=True)
class NewDocument:
    """A document added to the knowledge base for one sample; `facts` are its front matter."""

    id: str
    base: str
    title: str
    text: str = ""
    file: str = ""
    visibility: str = "public"
    facts: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Knowledge:
    """The snapshot of the knowledge base and what a sample changes in it; `poison` are hostile documents."""

    snapshot: str = "bundled"
    add: tuple[NewDocument, ...] = ()
    remove: tuple[str, ...] = ()
    poison: tuple[NewDocument, ...] = ()


@dataclass(frozen=True)
class When:
    """Which calls of a tool a fault hits: the n-th, every n-th, or those with such arguments; else all."""

    nth: int | None = None
    every: int | None = None
    args: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong outside."""

    tool: str
    kind: str
    when: When = When()
    seconds: float | None = None


@dataclass(frozen=True)
class World:
    """What the server is set to before the talk."""

    clock: str = ""
    fixtures: tuple[str, ...] = ()
    patch: Mapping[str, TablePatch] = field(default_factory=dict)
    kb: Knowledge = Knowledge()
    faults: tuple[Fault, ...] = ()

    @property
    def needs_reset(self) -> bool:
        """Whether only a server that can be set to a world can run this."""
        changed = self.fixtures or self.patch or self.faults or self.kb.add or self.kb.remove or self.kb.poison
        return bool(changed)


@dataclass(frozen=True)
class Actor:
    """Who talks: a role and a demo identity; `claims` change the claims of that identity's token."""

    role: str = "anonymous"
    identity: str = ""
    channel: str = "web"
    claims: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Say:
    """One move of the user: words, or a decision on the waiting action (of `tool`, where several wait)."""

    kind: str = "text"
    text: str = ""
    tool: str = ""
    arguments: Values = field(default_factory=dict)
    location: Values | None = None


@dataclass(frozen=True)
class Rule:
    """What a reactive user does when the reply is such: `asks(slot)`, `confirms(tool)`, `refuses(reason)`,
    `outcome(is)`, or `re(pattern)`."""

    when: str
    move: Say
    once: bool = True


@dataclass(frozen=True)
class Correction:
    """A slot the user gives anew after a turn."""

    after_turn: int
    slot: str
    say: str


@dataclass(frozen=True)
class User:
    """The other side of the talk."""

    mode: str = "script"
    turns: tuple[Say, ...] = ()
    opening: str = ""
    location: Values | None = None
    knows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)
    will_correct: tuple[Correction, ...] = ()
    volunteers: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    fallback: str = ""
    confirms: str = "action"
    patience: int = 8
    end_when: tuple[str, ...] = ("done", "answered", "refused", "handoff", "emergency")
    goal: str = ""


@dataclass(frozen=True)
class Budget:
    """Soft limits of one trial."""

    turns: int | None = None
    model_calls: int | None = None
    tool_calls: int | None = None
    tokens: int | None = None
    ms: int | None = None
    cny: float | None = None


@dataclass(frozen=True)
class Gating:
    """Which scorers gate; empty means every one of `GATES` that has an expectation."""

    gate: tuple[str, ...] = ()
    report: tuple[str, ...] = ()


@dataclass(frozen=True)
class Variant:
    """A rewording or another circumstance of the same sample."""

    id: str
    transform: str = ""
    opening: str = ""
    turns: tuple[Say, ...] = ()
    patch: Values = field(default_factory=dict)
    rate: float | None = None
    days: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class Trials:
    """How often a sample is run and what differs."""

    n: int = 1
    vary: str = ""


@dataclass(frozen=True)
class NullOk:
    """A null agent that may pass, and why."""

    agent: str
    why: str
    twin: str = ""


@dataclass(frozen=True)
class OracleStep:
    """One move of the oracle where `expect` alone does not say it: a call, a text, a question, a refusal."""

    call: str = ""
    args: Values = field(default_factory=dict)
    say: str = ""
    ask: str = ""
    refuse: str = ""
    hand_off: str = ""


@dataclass(frozen=True)
class Sample:
    """One sample, complete: `extends` and `$var` are resolved."""

    id: str
    family: str
    vertical: str
    kind: str
    title: str
    why: str
    user: User
    expect: Expect
    schema: str = SCHEMA
    abilities: tuple[str, ...] = ()
    split: str = "dev"
    status: str = "active"
    quarantine: Quarantine | None = None
    source: Source = Source()
    world: World = World()
    actor: Actor = Actor()
    budget: Budget = Budget()
    score: Gating = Gating()
    variants: tuple[Variant, ...] = ()
    trials: Trials = Trials()
    null_ok: tuple[NullOk, ...] = ()
    must_pass: bool = False
    oracle: tuple[OracleStep, ...] = ()
    notes: str = ""
    issues: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    twin: str = ""
    file: str = ""
    line: int = 0
    hash: str = ""
    variant: str = ""

    @property
    def may_gate(self) -> bool:
        """Whether its verdict counts: a talk with a user that a model plays is only reported."""
        return self.user.mode != "llm"

    @property
    def gates(self) -> tuple[str, ...]:
        """The names of the scorer groups that gate this sample."""
        return self.score.gate or tuple(name for name in GATES if getattr(self.expect, name) is not None)
