"""Variants: the same sample in other words or under other circumstances. Seeded, so that they never change."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from .building import build_sample
from .sample import Sample

DATA = Path(__file__).parent / "data"
_CLAUSE = re.compile(r"(?<=[，。；！？,;!?])")
_WORDS = re.compile(r"[一-鿿]")


@dataclass(frozen=True)
class Version:
    """One thing to run: a sample as written (`variant` empty), or one of its variants."""

    variant: str
    plain: Mapping[str, Any]
    sample: Sample


def versions(plain: Mapping[str, Any], sample: Sample, wanted: str = "all") -> Iterator[Version]:
    """The sample and its variants: `all`, `none`, or the ids of variants separated by commas."""
    yield Version("", plain, sample)
    if wanted == "none":
        return
    ids = None if wanted == "all" else {each.strip() for each in wanted.split(",")}
    for each in plain.get("variants", ()):
        if ids is None or each["id"] in ids:
            changed = apply_variant(plain, each)
            yield Version(each["id"], changed, build_sample(changed, sample.file, sample.line, each["id"]))


def apply_variant(plain: Mapping[str, Any], variant: Mapping[str, Any]) -> dict[str, Any]:
    """The complete sample of one variant."""
    changed = copy.deepcopy({key: value for key, value in plain.items() if key != "variants"})
    if "patch" in variant:
        changed = _merged(changed, variant["patch"])
    if "opening" in variant:
        _reworded_opening(changed["user"], variant["opening"])
    if "turns" in variant:
        changed["user"]["turns"] = variant["turns"]
    if "transform" in variant:
        chance = random.Random(f"{plain['id']}:{variant['id']}:{variant.get('seed', 0)}")  # noqa: S311
        if variant["transform"] == "clock_shift":
            _shift(changed, variant.get("days", 1))
        elif variant["transform"] == "distractors":
            _distract(changed)
        else:
            _reword(changed["user"], TRANSFORMS[variant["transform"]], chance, variant.get("rate", 0.05))
    return changed


def _reworded_opening(user: dict[str, Any], opening: str) -> None:
    """The first words of the talk, whether it is scripted or reactive."""
    if user["mode"] == "script":
        first = user["turns"][0]
        user["turns"] = [{**first, "say": opening} if isinstance(first, dict) else opening, *user["turns"][1:]]
    else:
        user["opening"] = opening


def _merged(below: Any, above: Any) -> Any:
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    pairs = {key: _merged(below.get(key), value) for key, value in above.items()}
    return {key: value for key, value in {**below, **pairs}.items() if value is not None}


def _reword(user: dict[str, Any], change: Transform, chance: random.Random, rate: float) -> None:
    if "opening" in user:
        user["opening"] = change(user["opening"], chance, rate)
    turns: list[Any] = []
    for each in user.get("turns", ()):
        if isinstance(each, str):
            turns.append(change(each, chance, rate))
        else:
            turns.append({**each, "say": change(each["say"], chance, rate)} if "say" in each else each)
    if turns:
        user["turns"] = turns


def _shift(plain: dict[str, Any], days: int) -> None:
    world = plain.setdefault("world", {})
    if "clock" in world:
        moved = datetime.fromisoformat(world["clock"].replace("Z", "+00:00")) + timedelta(days=days)
        world["clock"] = moved.isoformat(timespec="seconds")


def _distract(plain: dict[str, Any]) -> None:
    base = plain.get("vertical", "government")
    added = plain.setdefault("world", {}).setdefault("kb", {}).setdefault("add", [])
    for number, each in enumerate(_wordings()["distractors"]):
        added.append({"id": f"distractor-{number}", "base": base, "title": each["title"], "text": each["text"]})


Transform = Callable[[str, random.Random, float], str]


def _typo(text: str, chance: random.Random, rate: float) -> str:
    """Neighbouring characters swapped or a character doubled; digits and letters stay."""
    letters = list(text)
    spots = [i for i in range(len(letters) - 1) if _WORDS.match(letters[i]) and _WORDS.match(letters[i + 1])]
    for spot in sorted(chance.sample(spots, min(len(spots), max(1, round(rate * len(letters))))), reverse=True):
        if chance.random() < 0.5:
            letters[spot], letters[spot + 1] = letters[spot + 1], letters[spot]
        else:
            letters.insert(spot, letters[spot])
    return "".join(letters)


def _homophone(text: str, chance: random.Random, rate: float) -> str:
    table = _wordings()["homophone"]
    letters = list(text)
    spots = [i for i, letter in enumerate(letters) if letter in table]
    for spot in chance.sample(spots, min(len(spots), max(1, round(rate * len(letters))))):
        letters[spot] = table[letters[spot]]
    return "".join(letters)


def _by_words(name: str) -> Transform:
    def change(text: str, chance: random.Random, _rate: float) -> str:
        """Every word of the table; where there is none, an ending that people add."""
        table = _wordings()[name]
        pattern = "|".join(re.escape(word) for word in sorted(table, key=len, reverse=True))
        changed = re.sub(pattern, lambda found: str(table[found[0]]), text)
        return changed if changed != text else text + str(chance.choice(_wordings()["endings"][name]))

    return change


def _traditional(text: str, _chance: random.Random, _rate: float) -> str:
    return text.translate(_traditional_table())


def _full_width(text: str, _chance: random.Random, _rate: float) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if letter.isascii() and letter.isalnum() else letter for letter in text)


def _slot_order(text: str, chance: random.Random, _rate: float) -> str:
    """The clauses in another order."""
    clauses = [each.strip("，。；！？,;!? ") for each in _CLAUSE.split(text)]
    clauses = [each for each in clauses if each]
    chance.shuffle(clauses)
    return "，".join(clauses)


def _extra_chatter(text: str, chance: random.Random, _rate: float) -> str:
    words = _wordings()["chatter"]
    return f"{chance.choice(words['before'])}{text.rstrip('。！')}{chance.choice(words['after'])}"


TRANSFORMS: Mapping[str, Transform] = {
    "typo": _typo,
    "homophone": _homophone,
    "colloquial": _by_words("colloquial"),
    "dialect": _by_words("dialect"),
    "traditional": _traditional,
    "full_width": _full_width,
    "slot_order": _slot_order,
    "extra_chatter": _extra_chatter,
}


@lru_cache(maxsize=1)
def _wordings() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load((DATA / "wordings.yaml").read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=1)
def _traditional_table() -> dict[int, str]:
    lines = (DATA / "traditional.txt").read_text(encoding="utf-8").splitlines()
    return {ord(pair[0]): pair[1] for line in lines if not line.startswith("#") for pair in line.split()}
