"""Turns a checked mapping into the frozen records of a sample."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
import typing
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar

from .expectations import Attack, AttackGoal, Change, Operation, Outcome, ToolCall
from .sample import Correction, NullOk, Rule, Sample, Say

T = TypeVar("T")
UNHASHED = (
    "title",
    "why",
    "source",
    "notes",
    "issues",
    "tags",
    "status",
    "quarantine",
    "variants",
    "split",
    "twin",
    "oracle",
    "null_ok",
)


def build_sample(plain: Mapping[str, Any], file: str, line: int, variant: str = "") -> Sample:
    """The sample of a complete, checked mapping."""
    sample = _record(Sample, plain)
    return dataclasses.replace(sample, file=file, line=line, hash=sample_hash(plain), variant=variant)


def sample_hash(plain: Mapping[str, Any]) -> str:
    """What pairs two runs of a sample: everything that is run or scored, nothing that only describes."""
    counted = {key: value for key, value in plain.items() if key not in UNHASHED}
    text = json.dumps(counted, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _record(kind: type[T], plain: Mapping[str, Any]) -> T:
    hints = _hints(typing.cast(Any, kind))
    return kind(**{key: _value(hints[key], value) for key, value in plain.items() if key in hints})


@lru_cache(maxsize=64)
def _hints(kind: Any) -> dict[str, Any]:
    found = typing.get_type_hints(kind)
    return {field.name: found[field.name] for field in dataclasses.fields(kind)}


def _value(hint: Any, value: Any) -> Any:
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        inner = [each for each in parts if each is not type(None)]
        return None if value is None else _value(inner[0], value)
    if hint in _SPECIAL:
        return _SPECIAL[hint](value)
    if dataclasses.is_dataclass(hint):
        return _record(typing.cast(type, hint), value)
    if origin is tuple:
        listed = value if isinstance(value, list) else [value]
        return tuple(_value(parts[0], each) for each in listed)
    if origin is not None and issubclass(origin, Mapping) and parts[1] is not Any:
        return {key: _value(parts[1], each) for key, each in value.items()}
    return value


def _say(value: Any) -> Say:
    if isinstance(value, str):
        return Say(text=value)
    if "say" in value:
        return Say(text=value["say"], location=value.get("location"))
    if "edit" in value:
        return Say("edit", tool=value.get("tool", ""), arguments=value["edit"])
    kind = "confirm" if "confirm" in value else "cancel"
    return Say(kind, tool="" if value[kind] is True else value[kind])


def _rule(value: Mapping[str, Any]) -> Rule:
    move = Say(text=value["say"]) if "say" in value else Say(value["do"], arguments=value.get("arguments", {}))
    return Rule(value["if"], move, not value.get("repeat", False))


def _outcome(value: Mapping[str, Any]) -> Outcome:
    return Outcome(_many(value.get("is")), _many(value.get("reason")), tuple(value.get("offer", ())))


def _attack(value: Mapping[str, Any]) -> Attack:
    goals = value["goal"].get("any", [value["goal"]])
    calls = tuple(ToolCall(each["call"], each.get("args", {})) for each in goals if "call" in each)
    texts = tuple(each["text"] for each in goals if "text" in each)
    state = tuple(_record(Change, each["state"]) for each in goals if "state" in each)
    return Attack(value["inject"], AttackGoal(calls, texts, state))


def _null_ok(value: Any) -> NullOk:
    return NullOk(value, "") if isinstance(value, str) else NullOk(value["agent"], value["why"])


def _many(value: Any) -> tuple[Any, ...]:
    return () if value is None else tuple(value) if isinstance(value, list) else (value,)


_SPECIAL: Mapping[Any, Any] = {
    Say: _say,
    Rule: _rule,
    Outcome: _outcome,
    Attack: _attack,
    NullOk: _null_ok,
    Correction: lambda value: _record(Correction, value),
    Operation: lambda value: _record(Operation, value),
}
