"""What single utterances are taken to mean, through the front door: the tool they reach and the slots that are read."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .canonical import same, tight
from .errors import EvalError
from .importers import json_lines
from .intervals import Interval, wilson
from .sample import Actor, Sample
from .target import Target
from .tracing import SEARCH, Seen
from .trajectory import Call
from .world import EMPTY

KNOWLEDGE, NONE, HANDOFF = "knowledge", "none", "handoff.create"
COVERED = 0.4
CLOCK = "2026-11-25T10:00:00+08:00"
_DATE, _CODE = re.compile(r"\d{4}-\d{2}-\d{2}"), re.compile(r"[A-Z]\d{4}")
_OPTION = re.compile(r"[（；]([^（；＝]+)＝([^；）]+)")
PEOPLE = {"anonymous": ""}
"""Roles whose demo identity is not the role's name with “-1”."""


@dataclass(frozen=True)
class Utterance:
    """What somebody says, who that is, what it means; `also` are tools that serve as well."""

    text: str
    role: str
    intent: str
    slots: Mapping[str, Any] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    family: str = ""


@dataclass(frozen=True)
class Taken:
    """An utterance, the intent it was taken for, and the arguments the desk read out of it."""

    said: Utterance
    intent: str
    slots: Mapping[str, Any]

    @property
    def right(self) -> bool:
        """Whether it was taken for what it means, or for what serves as well."""
        return self.intent in (self.said.intent, *self.said.also)


@dataclass(frozen=True)
class SlotFigure:
    """One slot: how many were read right, how many were there, how many were read."""

    right: int
    gold: int
    read: int

    @property
    def precision(self) -> float | None:
        """Right of what was read."""
        return self.right / self.read if self.read else None

    @property
    def recall(self) -> float | None:
        """Right of what was there."""
        return self.right / self.gold if self.gold else None

    @property
    def f1(self) -> float | None:
        """Both in one."""
        return 2 * self.right / (self.gold + self.read) if self.gold + self.read else None


@dataclass(frozen=True)
class Understanding:
    """All figures of a run over utterances."""

    n: int
    intent: Interval
    groups: tuple[str, ...]
    confusion: Mapping[tuple[str, str], int]
    mistakes: tuple[tuple[str, str, int], ...]
    slots: Mapping[str, SlotFigure]
    judged: int


def read_utterances(paths: Sequence[Path]) -> list[Utterance]:
    """Utterances from JSON lines with `text`, `role`, `intent`, `slots`. Raises `EvalError`."""
    found = []
    for path in paths:
        for number, line in json_lines(path):
            if missing := [name for name in ("text", "role", "intent") if not line.get(name)]:
                raise EvalError(
                    f"{path}:{number} 缺少 {'、'.join(missing)}。每行要有 text、role、intent，可以有 slots。"
                )
            slots, also = line.get("slots") or {}, tuple(line.get("also") or ())
            who = (line["text"], line["role"], line["intent"])
            found.append(Utterance(*who, slots, also, str(line.get("family") or "")))
    return found


def take_all(utterances: Sequence[Utterance], target: Target, world: Sample) -> Iterator[Taken]:
    """Say each in a conversation of its own; nothing is ever agreed to."""
    platform = {"demo": EMPTY not in world.world.fixtures, "patch": {}, "faults": []}
    target.set_world(world, {"clock": CLOCK, "platform": platform, "knowledge": {"add": [], "remove": []}})
    for each in utterances:
        identity = PEOPLE.get(each.role, f"{each.role}-1")
        api = target.person(Actor(each.role, identity))
        conversation = api.post("/conversations", json={}).raise_for_status().json()["id"]
        path = f"/conversations/{conversation}/turns"
        reply = api.post(path, json={"text": each.text}).raise_for_status().json()
        steps = api.get(f"{path}/{reply['turn_id']}/trace").raise_for_status().json()["steps"]
        yield _taken(each, reply, steps, target)


def understanding(taken: Sequence[Taken]) -> Understanding:
    """The figures. Slots are judged where the intent was right: what was not reached was not read."""
    share = wilson(sum(each.right for each in taken), len(taken))
    if share is None:
        raise EvalError("没有一句话可以测。请给出 JSON 行文件。")
    confusion = Counter((group_of(each.said.intent), group_of(_meant(each))) for each in taken)
    wrong = Counter((each.said.intent, each.intent) for each in taken if not each.right)
    groups = sorted({name for pair in confusion for name in pair}, key=lambda name: (name in (KNOWLEDGE, NONE), name))
    reached = [each for each in taken if each.intent == each.said.intent]
    mistakes = tuple((meant, got, n) for (meant, got), n in wrong.most_common())
    return Understanding(len(taken), share, tuple(groups), confusion, mistakes, _slots(reached), len(reached))


def group_of(intent: str) -> str:
    """The subject of a tool (`case` of `case.create`); what is no tool stands for itself."""
    return intent.split(".")[0]


def slot_is(expected: Any, read: Any) -> bool:
    """The same value, one within the other, the same address, or two fifths of the character pairs of longer words."""
    one, other = (tight(_flat(each)).lower() for each in (expected, read))
    if not one or not other:
        return False
    if one == other or one in other or other in one or same("address", one, other):
        return True
    pairs = {one[n : n + 2] for n in range(len(one) - 1)}
    return len(one) >= 4 and sum(pair in other for pair in pairs) >= COVERED * len(pairs)


def comparable(expected: Any, read: Any) -> bool:
    """Whether two values are of one kind: a day said in words is no date, a class code is no name."""
    return all(bool(kind.fullmatch(str(expected))) == bool(kind.fullmatch(str(read))) for kind in (_DATE, _CODE))


def _labelled(call: Call, tools: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments, and beside a value of a list of choices its label (`worker`, 常驻异地工作)."""
    found = dict(call.arguments)
    for name, about in tools.get(call.tool, {}).get("properties", {}).items():
        labels = dict(_OPTION.findall(str(about.get("description", ""))))
        if (label := labels.get(str(found.get(name)))) is not None:
            found[f"{name}_label"] = label
    return found


def _taken(said: Utterance, reply: Mapping[str, Any], steps: Sequence[Mapping[str, Any]], target: Target) -> Taken:
    seen = Seen(target.effects)
    seen.read(1, reply, steps)
    calls = [each for each in seen.calls if each.tool != SEARCH]
    if (reply.get("outcome") or {}).get("is") == "handoff":
        return Taken(said, HANDOFF, {})
    if calls:
        return Taken(said, calls[0].tool, _labelled(calls[0], target.tools))
    reason = (reply.get("outcome") or {}).get("reason")
    answered = any(each.get("kind") == "passage" for each in reply.get("citations") or ()) or reason == "expired"
    return Taken(said, KNOWLEDGE if answered else NONE, {})


def _meant(taken: Taken) -> str:
    """What stands in the table: an intent that serves as well counts as the one that was meant."""
    return taken.said.intent if taken.right else taken.intent


def _slots(taken: Sequence[Taken]) -> dict[str, SlotFigure]:
    """By slot; what was read counts only where the tool's slot is one that utterances of its intent are marked for."""
    marked: dict[str, set[str]] = {}
    for each in taken:
        marked.setdefault(each.said.intent, set()).update(each.said.slots)
    counts: dict[str, list[int]] = {}
    for each in taken:
        for name in marked[each.said.intent]:
            values = [value for key, value in each.slots.items() if key == name or key.startswith(f"{name}_")]
            values = [value for value in values if value not in (None, "", [], False)]
            gold = name in each.said.slots
            if gold and values and not any(comparable(each.said.slots[name], value) for value in values):
                continue
            right = gold and any(slot_is(each.said.slots[name], value) for value in values)
            row = counts.setdefault(name, [0, 0, 0])
            row[0], row[1], row[2] = row[0] + right, row[1] + gold, row[2] + bool(values)
    order = sorted((name for name in counts if counts[name][1]), key=lambda name: -counts[name][1])
    return {name: SlotFigure(*counts[name]) for name in order}


def _flat(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def to_json(found: Understanding) -> str:
    """The figures for other programs."""
    slots = {name: [each.right, each.gold, each.read] for name, each in found.slots.items()}
    share = [found.intent.point, found.intent.low, found.intent.high]
    confusion = [[*pair, n] for pair, n in sorted(found.confusion.items())]
    plain = {"n": found.n, "intent": share, "confusion": confusion, "mistakes": found.mistakes, "slots": slots}
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"
