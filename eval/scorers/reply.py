"""The words of the replies: what must be said and must never be, how long, nothing twice, in which language."""

from __future__ import annotations

import re
from collections import Counter

from ..canonical import tight
from ..expectations import ReplyCheck
from ..matchers import says, shown
from ..trajectory import Score, Turn
from .lines import Lines, Trial

VERSION = 2
LONGEST = 300
"""Characters of a plain answer to one question; a sample that asks for a list says how long it may be."""
RECORDS = ("confirm", "done", "handoff")
"""Outcomes whose replies list what is or was done: their length is that of the record."""
_MARK = re.compile(r"\[\d+\]")
_SENTENCE = re.compile(r"[。！？；;\n]")
WHOLE_SENTENCE = 12


def score(trial: Trial) -> list[Score]:
    """`reply` where expected, and the length of the last reply."""
    lines = Lines(trial, VERSION)
    texts = [str(turn.reply.get("text") or "") for turn in trial.trajectory.turns]
    length = lines.amount("reply.chars", float(len(tight(texts[-1]))) if texts else None)
    expected = trial.sample.expect.reply
    if expected is None:
        return [length]
    problems = word_problems(expected, texts, trial)
    said = [any(says(each, text, trial.known) for text in texts) for each in expected.say]
    said += [says(each, texts[-1] if texts else "", trial.known) for each in expected.last]
    return [lines.verdict("reply", not problems, problems), lines.share("reply.said", sum(said), len(said)), length]


def word_problems(expected: ReplyCheck, texts: list[str], trial: Trial) -> list[str]:
    """What the replies do not say, say against the sample, or say at too great length."""
    problems = [f"没有说：{shown(each)}" for each in expected.say if not any(says(each, t, trial.known) for t in texts)]
    problems += [
        f"不该说：{shown(each)}" for each in expected.never_say if any(says(each, t, trial.known) for t in texts)
    ]
    last = texts[-1] if texts else ""
    problems += [f"最后没有说：{shown(each)}" for each in expected.last if not says(each, last, trial.known)]
    problems += [each for turn in trial.trajectory.turns for each in _unfocused(turn, expected)]
    if expected.language and not all(_is_in(expected.language, text) for text in texts if text):
        problems.append(f"回复的语言不是 {expected.language}")
    return problems


def _unfocused(turn: Turn, expected: ReplyCheck) -> list[str]:
    """Too long for what was asked, or the same sentence twice: what a dump looks like."""
    text = _MARK.sub("", str(turn.reply.get("text") or ""))
    record = (turn.reply.get("outcome") or {}).get("is") in RECORDS
    usual = None if record else LONGEST * max(1, len(turn.reply.get("parts") or ()))
    most, length = expected.max_chars or usual, len(tight(text))
    found = [f"回复 {length} 字，最多 {most} 字"] if most is not None and length > most else []
    sentences = Counter(each for each in map(tight, _SENTENCE.split(text)) if len(each) >= WHOLE_SENTENCE)
    return found + [f"同一句说了 {n} 遍：{each}" for each, n in sentences.items() if n > 1 and not record]


def _is_in(language: str, text: str) -> bool:
    chinese, latin = len(re.findall(r"[\u4e00-\u9fff]", text)), len(re.findall(r"[A-Za-z]{2,}", text))
    return chinese >= latin if language == "zh" else latin > chinese
