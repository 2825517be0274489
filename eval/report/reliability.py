"""Section 3: does it hold under other words, other circumstances, and again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from ..intervals import Interval
from ..reliability import GENEROUS, Curves
from ..results import Result, Results, group
from ..summary import Summary
from .drawing import Axis, Dot, curve, dots
from .parts import both, figure, nothing, number, percent, section, table
from .words import TRANSFORMS

MOST_STRIPS = 80


def reliability(summary: Summary, results: Results) -> str:
    """Curves over variants and trials, each sample's attempts side by side, and what each transform costs."""
    all_pass = f"{both('每个变体都通过的样本', 'Samples passed in every variant')}：{percent(summary.robust_all)}"
    pieces = [
        *_curves(summary.variants, "robust", both("随便抽 k 个变体", "over k variants"), all_pass),
        *_curves(summary.trials, "pass", both("随便抽 k 次重复", "over k trials"), ""),
    ]
    if pieces:
        pieces = ['<div class="two">', *pieces, "</div>"]
    else:
        told = "这次运行没有变体，也没有不同的重复，说不了可靠性。"
        pieces = [nothing(told, "No variants and no differing trials in this run.")]
    pieces += [_strips(results), *([_tornado(summary)] if summary.transforms else []), _played(summary)]
    return section("reliability", both("可靠性", "Reliability"), *pieces)


def _curves(found: Curves, name: str, over: str, note: str) -> list[str]:
    """Three estimators over the same k: at least one, a share or more, all."""
    if not found.every:
        return []
    share = f"{GENEROUS:.0%}"
    titles = {
        f"{name}^k": (both("全部通过", "all pass"), found.every),
        f"G-{name}@k": (both(f"至少 {share} 通过", f"{share} or more pass"), found.most),
        f"{name}@k": (both("至少一个通过", "at least one passes"), found.any),
    }
    return [
        figure(
            f"{word}：{over}，{meaning}",
            curve({float(k): value for k, value in points.items()}, ("k", word)),
            table(["k", word], [[str(k), percent(value)] for k, value in points.items()]),
            note if word.startswith("robust^") else "",
        )
        for word, (meaning, points) in titles.items()
    ]


def _strips(results: Results) -> str:
    """A cell for each attempt of a sample: those that do not always pass first."""
    rows = {name: each for name, each in group(results.real, lambda each: each.sample.id).items() if len(each) > 1}
    if not rows:
        return ""
    mixed = sorted(rows, key=lambda name: (_share(rows[name]) in (0.0, 1.0), _share(rows[name]) == 1.0, name))
    shown = "".join(_strip(name, rows[name]) for name in mixed[:MOST_STRIPS])
    left = len(mixed) - MOST_STRIPS
    more = both(f"另有 {left} 个样本没有列出。", f"{left} more.") if left > 0 else ""
    legend = both("每格一次：原样本、各变体、各次重复。", "One cell an attempt: as written, variants, trials.")
    title = both("每个样本的各次尝试", "Attempts of each sample")
    return figure(title, f'<div class="strips">{shown}</div>', note=f"{legend} {more}".strip())


def _strip(name: str, rows: Sequence[Result]) -> str:
    ordered = sorted(rows, key=lambda each: (each.trajectory.variant, each.trajectory.trial))
    cells = "".join(_cell(each) for each in ordered)
    passed = sum(each.passed is True for each in rows)
    label = f'<span class="label"><code>{escape(name)}</code> {escape(rows[0].sample.title)}</span>'
    count = f'<span class="value">{passed}/{len(rows)}</span>'
    return f'<div class="row">{label}<span class="cells">{cells}</span>{count}</div>'


def _cell(result: Result) -> str:
    state = "good" if result.passed is True else "bad" if result.passed is False else "none"
    word = {"good": "✓", "bad": "✗", "none": "–"}[state]
    trial = result.trajectory
    what = f"{trial.variant or '原样本'} 第 {trial.trial + 1} 次"
    return f'<i class="{state}" title="{escape(what)}">{word}</i>'


def _share(rows: Sequence[Result]) -> float:
    return sum(each.counts for each in rows) / len(rows)


def _tornado(summary: Summary) -> str:
    rows = sorted(summary.transforms.items(), key=lambda item: item[1]["delta"])
    worst = max(0.05, *(abs(each["delta"]) for _, each in rows))
    from_zero = [Dot(TRANSFORMS.get(name, name), _point(each["delta"]), title=_moved(each)) for name, each in rows]
    head = [both("变化", "Transform"), "n", both("原样", "Before"), both("变后", "After"), "Δ"]
    data = [
        [
            escape(TRANSFORMS.get(name, name)),
            number(each["n"]),
            percent(each["before"]),
            percent(each["after"]),
            f"{each['delta']:+.1%}",
        ]
        for name, each in rows
    ]
    title = both("各种变化让通过率差多少", "What each transform costs")
    return figure(title, dots(from_zero, Axis(-worst, worst), zero=True), table(head, data))


def _moved(each: Mapping[str, float]) -> str:
    return f"{percent(each['before'])} → {percent(each['after'])}"


def _point(value: float) -> Interval:
    return Interval(value, value, value, 1, "point")


def _played(summary: Summary) -> str:
    """Talks with a user that a model played stand apart: they are in no figure above."""
    found = summary.llm_user
    if found is None:
        return ""
    head = [both("模型", "Model"), both("通过", "Passed"), both("次数", "Trials"), both("卡住", "Stuck")]
    note = both("只作参考：不计入通过率，不把关。", "Reported only: in no rate, in no gate.")
    rows = [[escape(found.user), str(found.passed), str(found.n), str(found.stuck)]]
    return figure(both("用户由大模型扮演", "Users played by a language model"), table(head, rows), note=note)
