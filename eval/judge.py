"""A language model as a judge of stored talks (§4.6): fixed prompts, both orders, abstaining allowed; never gating."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .endpoint import Endpoint, json_in
from .errors import EvalError
from .intervals import RESAMPLES, SEED, Interval
from .masking import mask_of
from .results import Result, Results

VERSION = 1
QUESTIONS = ("answers", "supported")
WORDS = ("yes", "no", "unsure")
LABELS_NEEDED, KAPPA_NEEDED = 100, 0.7
_DATA = Path(__file__).parent / "data"
_PLACES = {"甲": 0, "乙": 1}


@dataclass(frozen=True)
class Judgement:
    """What a judge said of one trial; it stays with the run, so that scoring again asks nobody."""

    key: str
    judge: str
    prompt: int
    answers: str
    supported: str
    why: str


@dataclass(frozen=True)
class Preference:
    """Which of two replies to one sample is better: `a`, `b`, or `tie` where the orders disagree."""

    name: str
    judge: str
    prompt: int
    better: str
    orders: tuple[str, str]


@dataclass(frozen=True)
class Calibration:
    """How far a judge agrees with people; it may only ever gate when both needs are met."""

    kappa: Interval
    abstained: int

    @property
    def suffices(self) -> bool:
        """Enough labels, and enough agreement for sure."""
        return self.kappa.n >= LABELS_NEEDED and self.kappa.low >= KAPPA_NEEDED


def judged(results: Sequence[Result], endpoint: Endpoint) -> Iterator[Judgement]:
    """Ask about every trial that has a reply."""
    prompt = (_DATA / "judge.txt").read_text(encoding="utf-8")
    for each in results:
        if each.trajectory.last_reply.get("text"):
            found = _asked(endpoint, prompt, mask_of(each.sample).hide(_talk(each)))
            words = {name: _word(found.get(name), WORDS, "unsure") for name in QUESTIONS}
            yield Judgement(each.trajectory.key, endpoint.name, VERSION, why=str(found.get("why") or "")[:300], **words)


def preferred(a: Results, b: Results, endpoint: Endpoint) -> Iterator[Preference]:
    """Of two runs, which reply is better where they differ; asked in both orders."""
    prompt, others = (_DATA / "judge_pair.txt").read_text(encoding="utf-8"), {each.unit: each for each in b.real}
    for one in a.real:
        other = others.get(one.unit)
        texts = [str(each.trajectory.last_reply.get("text") or "") if each else "" for each in (one, other)]
        if other is None or not all(texts) or texts[0] == texts[1]:
            continue
        mask = mask_of(one.sample)
        pair = [_better(endpoint, prompt, mask.hide(_pair(one, order))) for order in (texts, texts[::-1])]
        first, second = pair[0], {"a": "b", "b": "a"}.get(pair[1], "tie")
        yield Preference(one.name, endpoint.name, VERSION, first if first == second else "tie", (first, second))


def calibration(judgements: Mapping[str, Judgement], labels: Iterable[Mapping[str, Any]]) -> Calibration:
    """Cohen's κ between a judge's `answers` and people's labels, with a bootstrap interval."""
    pairs, abstained = [], 0
    for label in labels:
        said, word = judgements.get(str(label.get("key"))), _word(label.get("answers"), WORDS[:2], "")
        if not word:
            raise EvalError(f"标注 {dict(label)} 里的 answers 要写 yes 或 no。")
        if said is None or said.answers == "unsure":
            abstained += said is not None
        else:
            pairs.append((said.answers == "yes", word == "yes"))
    if not pairs:
        raise EvalError("没有一条标注能和评审对上。标注每行一个 JSON：key（记录的键）和 answers（yes 或 no）。")
    table = np.array(pairs)
    draws = np.random.default_rng(SEED).integers(0, len(pairs), (RESAMPLES // 10, len(pairs)))
    low, high = np.quantile([kappa(table[draw]) for draw in draws], [0.025, 0.975])
    return Calibration(Interval(kappa(table), float(low), float(high), len(pairs), "bootstrap"), abstained)


def kappa(pairs: Any) -> float:
    """Cohen's κ of two raters; 1 where both always say the same one word."""
    one, other = np.asarray(pairs, dtype=bool).T
    agreed, expected = (
        float(np.mean(one == other)),
        float(one.mean() * other.mean() + (1 - one.mean()) * (1 - other.mean())),
    )
    return 1.0 if expected >= 1.0 else (agreed - expected) / (1.0 - expected)


def to_line(found: Judgement | Preference) -> str:
    """One line of a run folder's file."""
    return json.dumps(asdict(found), ensure_ascii=False) + "\n"


def judgements_in(path: Path) -> dict[str, Judgement]:
    """The newest judgement of each trial."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return {found.key: found for found in (Judgement(**json.loads(line)) for line in lines)}


def _asked(endpoint: Endpoint, prompt: str, text: str) -> Mapping[str, Any]:
    messages = [{"role": "system", "content": prompt}, {"role": "user", "content": text}]
    return json_in(endpoint.ask(messages)) or {}


def _better(endpoint: Endpoint, prompt: str, text: str) -> str:
    place = _PLACES.get(str(_asked(endpoint, prompt, text).get("better")))
    return "tie" if place is None else "ab"[place]


def _talk(result: Result) -> str:
    trial = result.trajectory
    turns = [f"用户：{each.user.text or each.user.kind}\n答复：{each.reply.get('text', '')}" for each in trial.turns]
    quotes = [f"[{each.get('number')}] {each.get('quote')}" for each in trial.last_reply.get("citations") or ()]
    return "\n".join([*turns, "最后一次答复引用的原文：", *(quotes or ["（没有）"])])


def _pair(result: Result, texts: Sequence[str]) -> str:
    said = "\n".join(f"用户：{each.user.text or each.user.kind}" for each in result.trajectory.turns)
    return f"{said}\n\n甲：{texts[0]}\n\n乙：{texts[1]}"


def _word(given: Any, known: Sequence[str], otherwise: str) -> str:
    word = str(given or "").strip().lower()
    return word if word in known else otherwise
