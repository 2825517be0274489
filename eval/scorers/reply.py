"""The words of the replies: what must be said, what must never be, how long, and in which language."""

from __future__ import annotations

import re

from ..canonical import tight
from ..expectations import ReplyCheck
from ..matchers import says, shown
from ..trajectory import Score
from .lines import Lines, Trial

VERSION = 1


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
    return [lines.verdict("reply", not problems, problems), lines.share("reply.said", sum(said), len(said)), length]


def word_problems(expected: ReplyCheck, texts: list[str], trial: Trial) -> list[str]:
    """What the replies do not say, say against the sample, or say at too great length."""
    problems = [f"没有说：{shown(each)}" for each in expected.say if not any(says(each, t, trial.known) for t in texts)]
    problems += [
        f"不该说：{shown(each)}" for each in expected.never_say if any(says(each, t, trial.known) for t in texts)
    ]
    longest = max((len(tight(text)) for text in texts), default=0)
    if expected.max_chars is not None and longest > expected.max_chars:
        problems.append(f"回复 {longest} 字，最多 {expected.max_chars} 字")
    if expected.language and not all(_is_in(expected.language, text) for text in texts if text):
        problems.append(f"回复的语言不是 {expected.language}")
    return problems


def _is_in(language: str, text: str) -> bool:
    chinese, latin = len(re.findall(r"[\u4e00-\u9fff]", text)), len(re.findall(r"[A-Za-z]{2,}", text))
    return chinese >= latin if language == "zh" else latin > chinese
