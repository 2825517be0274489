"""What happened in one trial (`trajectory/v1`), and the lines scorers write about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

Values = Mapping[str, Any]
SCHEMA = "trajectory/v1"


@dataclass(frozen=True)
class UserMove:
    """What the user did: `text`, `confirm`, `cancel` or `edit`."""

    kind: str
    text: str = ""
    action_id: str = ""
    arguments: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Turn:
    """One move of the user and the server's reply as it was sent (`{}` when there was none)."""

    n: int
    user: UserMove
    reply: Values
    wall_ms: float = 0.0
    trace: tuple[Values, ...] = ()


@dataclass(frozen=True)
class Call:
    """One tool call. `status`: ok, error, proposed (waits for a yes), denied, executed (after the yes)."""

    turn: int
    tool: str
    arguments: Values
    effect: str
    status: str
    result: Any = None
    error: str = ""
    action_id: str = ""


@dataclass(frozen=True)
class Hit:
    """One passage that was found."""

    document: str
    heading: str
    passage_id: str
    score: float
    status: str
    text: str


@dataclass(frozen=True)
class Lookup:
    """One query to the knowledge base and what it found, best first."""

    turn: int
    query: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class WorldChange:
    """One entry of the platform's change log; `op` is insert, update or delete."""

    seq: int
    actor: str
    action: str
    table: str
    op: str
    key: str
    values: Values
    before: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Probe:
    """One operation tried straight at the API with the actor's token."""

    op: str
    args: Values
    expected: str
    status_code: int
    allowed: bool
    body_text: str = ""


@dataclass(frozen=True)
class Trajectory:
    """One trial as it is stored. `status`: ok, errored (infrastructure) or user_stuck."""

    key: str
    sample_id: str
    sample_hash: str
    family: str
    vertical: str
    kind: str
    variant: str
    trial: int
    seed: int
    agent: str
    world_hash: str
    status: str
    error: str
    user_end: str
    clock: str
    actor: Values
    turns: tuple[Turn, ...] = ()
    calls: tuple[Call, ...] = ()
    retrievals: tuple[Lookup, ...] = ()
    changes: tuple[WorldChange, ...] = ()
    captured: Values = field(default_factory=dict)
    probes: tuple[Probe, ...] = ()
    log_lines: tuple[str, ...] = ()
    cpu_s: float = 0.0
    wall_s: float = 0.0
    versions: Values = field(default_factory=dict)

    @property
    def last_reply(self) -> Values:
        """The reply the talk ended with."""
        return next((turn.reply for turn in reversed(self.turns) if turn.reply), {})

    def to_json(self) -> dict[str, Any]:
        """A JSON object for one line of `events.jsonl`."""
        return {"schema": SCHEMA, **asdict(self)}

    @staticmethod
    def from_json(line: Values) -> Trajectory:
        """The trajectory of a stored line; raises `ValueError` for another version."""
        if line.get("schema") != SCHEMA:
            raise ValueError(f"这一行不是 {SCHEMA}，而是 {line.get('schema')!r}；请用写出它的版本读取。")
        plain: dict[str, Any] = {name: value for name, value in line.items() if name != "schema"}
        plain["turns"] = tuple(
            Turn(**{**turn, "user": UserMove(**turn["user"]), "trace": tuple(turn["trace"])}) for turn in plain["turns"]
        )
        plain["calls"] = tuple(Call(**each) for each in plain["calls"])
        plain["retrievals"] = tuple(
            Lookup(each["turn"], each["query"], tuple(Hit(**hit) for hit in each["hits"]))
            for each in plain["retrievals"]
        )
        plain["changes"] = tuple(WorldChange(**each) for each in plain["changes"])
        plain["probes"] = tuple(Probe(**each) for each in plain["probes"])
        plain["log_lines"] = tuple(plain["log_lines"])
        return Trajectory(**plain)


@dataclass(frozen=True)
class Score:
    """What one scorer says about one trajectory; `value` and `passed` are None when it is undefined."""

    key: str
    scorer: str
    version: int
    value: float | None
    passed: bool | None
    numerator: float = 0.0
    denominator: float = 0.0
    evidence: tuple[str, ...] = ()
    gating: bool = False

    def to_json(self) -> dict[str, Any]:
        """A JSON object for one line of `scores.jsonl`; `passed` is stored as `pass`."""
        plain = asdict(self)
        plain["pass"] = plain.pop("passed")
        return plain

    @staticmethod
    def from_json(line: Values) -> Score:
        """The score of a stored line."""
        plain = {name: value for name, value in line.items() if name != "pass"}
        return Score(**{**plain, "passed": line["pass"], "evidence": tuple(line["evidence"])})
