"""One trial: a user talks to a server through the front door, and everything that happens is kept."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from .endpoint import Endpoint
from .errors import ServerProblem
from .expectations import Operation
from .llm_user import VERSION as USER_PROMPT
from .llm_user import open_llm_user
from .sample import Sample, Say
from .target import Target
from .tracing import Seen
from .trajectory import Probe, Trajectory, Turn, UserMove, WorldChange
from .users import STUCK, End, open_user
from .world import world_body, world_hash

WAIT_S = 60.0
DENIED = (401, 403, 404)
LONGEST_BODY = 2000


class Talker(Protocol):
    """Who talks to the server."""

    def next(self, reply: Mapping[str, Any] | None, /) -> Say | End:
        """The next move after a reply."""


@dataclass(frozen=True)
class Task:
    """One thing to run: a version of a sample, the how-many-eth time, under which key, with which model as user."""

    key: str
    sample: Sample
    trial: int = 1
    seed: int = 0
    helper: Endpoint | None = None


def run_trial(task: Task, target: Target, user: Talker | None = None) -> Trajectory:
    """Set the world, talk, probe, and read what changed. Whatever breaks outside makes it `errored`.

    `user` takes the place of the sample's own.
    """
    sample, started = task.sample, time.perf_counter()
    body = world_body(sample)
    blank = _blank(task, target, world_hash(body, target.knowledge))
    before = 0.0
    try:
        target.set_world(sample, body)
        before = target.cpu_s()
        found = _Talk(task, target).run(blank, user)
    except (httpx.HTTPError, ServerProblem) as problem:
        found = _with(blank, status="errored", error=f"{type(problem).__name__}：{problem}")
    spent = max(0.0, target.cpu_s(quiet=True) - before)
    lines = target.log_lines()
    return _with(found, wall_s=round(time.perf_counter() - started, 4), cpu_s=round(spent, 4), log_lines=lines)


class _Talk:
    """The talk itself."""

    def __init__(self, task: Task, target: Target) -> None:
        self._task, self._sample, self._target = task, task.sample, target
        self._api = target.person(task.sample.actor)
        self._seen = Seen(target.effects)
        self._turns: list[Turn] = []
        self._conversation = ""

    def run(self, blank: Trajectory, given: Talker | None) -> Trajectory:
        reply, user = None, given or self._user()
        self._conversation = str(self._checked(self._api.post("/conversations", json={}))["id"])
        while True:
            move = user.next(reply)
            if isinstance(move, End):
                break
            reply = self._do(move)
        changes = self._target.changes()
        return _with(
            blank,
            status=STUCK if move.why == STUCK else "ok",
            user_end=move.why,
            turns=tuple(self._turns),
            calls=tuple(self._seen.calls),
            retrievals=tuple(self._seen.lookups),
            changes=tuple(WorldChange(**each) for each in changes),
            probes=tuple(self._probes()),
        )

    def _user(self) -> Talker:
        """The sample's own user; one that a model plays must not learn the names of people from the demo."""
        helper = self._task.helper
        if self._sample.may_gate or helper is None:
            return open_user(self._sample.user)
        me = self._checked(self._api.get("/me"))
        people = [me, *(me.get("demo_identities") or ())]
        names = [str(each["name"]) for each in people if each.get("name")]
        return open_llm_user(self._sample, helper, names, self._task.seed)

    def _do(self, move: Say) -> dict[str, Any]:
        """One move of the user; the reply as the server sent it."""
        started = time.perf_counter()
        action = self._action(move)
        if move.kind == "text" or action is None:
            words = move.text or _WORDS[move.kind]
            done, reply = UserMove("text", words), self._say(words, move.location)
        else:
            changed = {"arguments": dict(move.arguments)} if move.kind == "edit" else {}
            path = f"/conversations/{self._conversation}/actions/{action['id']}"
            answer = self._api.post(path, json={"decision": move.kind, **changed})
            reply = self._reply(answer)
            done = UserMove(move.kind, "", action["id"], dict(move.arguments))
        wall = (time.perf_counter() - started) * 1000
        number = len(self._turns) + 1
        steps = self._trace(reply)
        executed = [action["id"]] if action and done.kind == "confirm" else []
        self._seen.read(number, reply, steps)
        for each in executed or [each["action_id"] for each in reply["receipts"]]:
            self._seen.decided(number, each, reply)
        self._turns.append(Turn(number, done, reply, round(wall, 2), tuple(steps)))
        return reply

    def _say(self, words: str, location: Mapping[str, Any] | None) -> dict[str, Any]:
        body = {"text": words, **({"location": dict(location)} if location else {})}
        return self._reply(self._api.post(f"/conversations/{self._conversation}/turns", json=body))

    def _action(self, move: Say) -> Mapping[str, Any] | None:
        """The waiting action a decision is about: of the tool named, else the last one shown."""
        if move.kind == "text":
            return None
        shown = [each for turn in self._turns for each in turn.reply.get("actions", ())]
        fitting = [each for each in shown if move.tool in ("", each["tool"])]
        return fitting[-1] if fitting else None

    def _reply(self, answer: httpx.Response) -> dict[str, Any]:
        """The reply; a refusal of the request itself is kept as one that says so."""
        if answer.status_code >= 500:
            raise ServerProblem(f"{answer.request.method} {answer.request.url.path} → {answer.status_code}")
        found: dict[str, Any] = answer.json()
        return found if answer.status_code < 400 else _as_reply(found)

    def _trace(self, reply: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        if not reply.get("turn_id"):
            return []
        path = f"/conversations/{self._conversation}/turns/{reply['turn_id']}/trace"
        steps: list[Mapping[str, Any]] = self._checked(self._api.get(path))["steps"]
        return steps

    def _checked(self, answer: httpx.Response) -> dict[str, Any]:
        if answer.status_code >= 400:
            raise ServerProblem(f"{answer.request.url.path} → {answer.status_code} {answer.text[:200]}")
        found: dict[str, Any] = answer.json()
        return found

    def _probes(self) -> list[Probe]:
        access = self._sample.expect.access
        if access is None:
            return []
        denied = [self._probe(each, "denied") for each in access.denied]
        allowed = [self._probe(each, "allowed") for each in access.allowed]
        return [each for each in (*denied, *allowed) if each is not None]

    def _probe(self, operation: Operation, expected: str) -> Probe | None:
        """Try an operation straight at the API with the actor's own credentials."""
        method, _, path = operation.op.partition(" ")
        if path:
            body = dict(operation.args) if method in ("POST", "PUT") else None
            query = dict(operation.args) if body is None else None
            answer = self._api.request(method, path, json=body, params=query)
            allowed, status, text = answer.status_code not in DENIED, answer.status_code, answer.text
        elif self._target.own:
            told = self._checked(
                self._api.post("/eval/probes", json={"op": operation.op, "args": dict(operation.args)})
            )
            allowed, status, text = told["allowed"], told["status"], str(told["body"])
        else:
            return None
        return Probe(operation.op, operation.args, expected, status, allowed, text[:LONGEST_BODY])


_WORDS = {"confirm": "确认提交", "cancel": "取消，不办了", "edit": "我要修改"}


def _as_reply(problem: Mapping[str, Any]) -> dict[str, Any]:
    """A request that was refused at the door, in the shape of a reply without a turn."""
    reasons = {401: "no_permission", 403: "no_permission", 409: "conflict", 410: "expired"}
    reason = reasons.get(int(problem.get("status", 0)), "invalid")
    empty: dict[str, Any] = {name: [] for name in ("parts", "citations", "asks", "actions", "receipts", "suggestions")}
    outcome = {"is": "refused", "reason": reason}
    return {
        **empty,
        "text": str(problem.get("detail", "")),
        "outcome": outcome,
        "problem": dict(problem),
        "turn_id": "",
    }


def _blank(task: Task, target: Target, world: str) -> Trajectory:
    sample = task.sample
    played = {} if sample.may_gate or task.helper is None else {"user": task.helper.name, "user_prompt": USER_PROMPT}
    return Trajectory(
        key=task.key,
        sample_id=sample.id,
        sample_hash=sample.hash,
        family=sample.family,
        vertical=sample.vertical,
        kind=sample.kind,
        variant=sample.variant,
        trial=task.trial,
        seed=task.seed,
        agent=target.model,
        world_hash=world,
        status="ok",
        error="",
        user_end="",
        clock=sample.world.clock,
        actor={"role": sample.actor.role, "identity": sample.actor.identity},
        versions={**target.versions, **played},
    )


def _with(trajectory: Trajectory, **changes: Any) -> Trajectory:
    return Trajectory(**{**trajectory.__dict__, **changes})
