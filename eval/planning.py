"""What a run consists of: which samples, in which versions, how often, under which keys."""

from __future__ import annotations

import fnmatch
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .building import build_sample
from .errors import EvalError
from .reading import Reading
from .sample import Sample
from .target import unchecked_remotely, why_not_remote
from .variants import versions
from .workers import Order
from .world import world_body, world_hash

ORACLE = "eval-oracle"


@dataclass(frozen=True)
class Choice:
    """Which samples are wanted; an empty field excludes nothing."""

    expression: str = ""
    tags: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    verticals: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    variants: str = "all"
    limit: int = 0

    def takes(self, sample: Sample) -> bool:
        """Whether a sample is wanted."""
        lists = (
            (self.kinds, (sample.kind,)),
            (self.verticals, (sample.vertical,)),
            (self.families, (sample.family,)),
            (self.splits, (sample.split,)),
            (self.tags, (*sample.tags, *sample.abilities)),
        )
        return _named(self.expression, sample) and all(not wanted or set(wanted) & set(has) for wanted, has in lists)


@dataclass(frozen=True)
class How:
    """How the samples are run."""

    model: str = "offline"
    knowledge: str = ""
    trials: int = 1
    seed: int = 0
    remote: bool = False
    user_model: str = ""


@dataclass(frozen=True)
class Plan:
    """The orders of a run, the samples as they are run; what cannot be run or seen there, and why, by name."""

    orders: tuple[Order, ...]
    lines: tuple[Mapping[str, Any], ...]
    left_out: Mapping[str, str]
    unchecked: Mapping[str, str]


def plan_run(reading: Reading, choice: Choice, how: How) -> Plan:
    """Work out every trial. Raises `EvalError` when nothing is left."""
    orders: list[Order] = []
    lines: list[Mapping[str, Any]] = []
    left_out: dict[str, str] = {}
    unchecked: dict[str, str] = {}
    for sample in chosen(reading, choice).samples:
        for version in versions(reading.plain[sample.id], sample, choice.variants):
            name, reasons = _name(version.sample), why_not(version.sample, how)
            if reasons:
                left_out[name] = "；".join(reasons)
                continue
            if how.remote and (unseen := unchecked_remotely(version.sample)):
                unchecked[name] = "；".join(unseen)
            line = _line(version.sample, version.plain)
            lines.append(line)
            orders += orders_of(line, how)
    if not orders:
        told = "".join(f"\n{name}：{why}" for name, why in list(left_out.items())[:5])
        raise EvalError(f"没有符合条件的样本。请用 hanzhi eval list 看有哪些，再改 -k、--kind、--tag 等条件。{told}")
    return Plan(tuple(orders), tuple(lines), left_out, unchecked)


def why_not(sample: Sample, how: How) -> tuple[str, ...]:
    """Why a sample is not run in this way; empty when it is."""
    unplayed = not sample.may_gate and not how.user_model
    missing = ("用户要由大模型扮演，没有给出大模型接口",) if unplayed else ()
    return (*missing, *(why_not_remote(sample) if how.remote else ()))


def chosen(reading: Reading, choice: Choice) -> Reading:
    """The samples that are wanted."""
    found = tuple(each for each in reading.samples if choice.takes(each))
    return replace(reading, samples=found[: choice.limit] if choice.limit else found)


def orders_of(line: Mapping[str, Any], how: How) -> Iterator[Order]:
    """The trials of one frozen sample."""
    sample = build_sample(line["plain"], line["file"], line["line"], line["variant"])
    world = world_hash(world_body(sample), how.knowledge)
    for trial in range(max(how.trials, sample.trials.n)):
        named = [sample.id, sample.hash, sample.variant, trial, how.model, world, how.seed]
        named += [] if sample.may_gate else [how.user_model]
        key = hashlib.sha256(json.dumps(named).encode()).hexdigest()[:20]
        oracle = line["plain"] if how.model == ORACLE else {}
        yield Order(key, line["plain"], line["file"], line["line"], line["variant"], trial, how.seed + trial, oracle)


def _line(sample: Sample, plain: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "id": sample.id,
        "variant": sample.variant,
        "hash": sample.hash,
        "file": sample.file,
        "line": sample.line,
        "plain": plain,
    }


def _name(sample: Sample) -> str:
    return f"{sample.id}@{sample.variant}" if sample.variant else sample.id


def _named(expression: str, sample: Sample) -> bool:
    """`GOV-01`, `*.a*`, `井盖 or 垃圾`, `not 医保`: words are looked for in id, title and tags."""
    if not expression:
        return True
    return any(all(_word(word, sample) for word in branch.split(" and ")) for branch in expression.split(" or "))


def _word(word: str, sample: Sample) -> bool:
    word = word.strip()
    if word.startswith("not "):
        return not _word(word[4:], sample)
    fields = (sample.id, sample.title, *sample.tags, *sample.abilities)
    return any(word in each or fnmatch.fnmatchcase(each, word) for each in fields)
