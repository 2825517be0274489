"""The section that holds two runs against each other: forest plot, flips by name, what could have been seen."""

from __future__ import annotations

from html import escape

from ..compare import Comparison, Row
from .drawing import Axis, Dot, dots
from .parts import both, bullets, chance, figure, nothing, number, percent, section, table
from .words import SCORERS


def changes(comparison: Comparison | None) -> str:
    """Section 11."""
    title = both("与基准的比较", "Comparison")
    if comparison is None:
        return section(
            "compare",
            title,
            nothing("没有给出基准运行。用 eval report RUN --against 旧运行 加上。", "No baseline run was given."),
        )
    rows = [*comparison.primary, *comparison.exploratory]
    shares = [
        each
        for each in rows
        if abs(each.delta.point) <= 1.0 and not each.scorer.startswith(("reply.chars", "slots.questions"))
    ]
    worst = max([0.05, *(abs(end) for each in shares for end in (each.delta.low, each.delta.high))])
    forest = [Dot(SCORERS.get(each.scorer, each.scorer), each.delta, title=each.scorer) for each in shares[:30]]
    test = comparison.test
    power = both(
        f"这 {comparison.pairs} 对样本，以 80% 的把握最小能看出 {percent(comparison.detectable)} 的变化。",
        f"These {comparison.pairs} pairs would show a change of {percent(comparison.detectable)} with 80% power.",
    )
    head = [both("指标", "Figure"), "A", "B", "Δ", "95%", "p", both("校正后", "Adjusted"), "n"]
    permuted = f"{both('按家族的置换检验', 'permutation by family')} {chance(comparison.permutation_p)}"
    told = (
        f"{both('变差', 'Lost')} {test.lost}　{both('变好', 'Won')} {test.won}　McNemar {chance(test.p)}"
        f"（mid-{chance(test.mid_p)}）　{permuted}"
    )
    runs = f"<code>{escape(comparison.a)}</code> → <code>{escape(comparison.b)}</code>"
    return section(
        "compare",
        title,
        f"<p>{runs}　{told}</p><p class=note>{power}</p>",
        figure(
            both("变化（B − A）", "Change, B − A"),
            dots(forest, Axis(-worst, worst), zero=True),
            table(head, map(_row, rows)),
        ),
        figure(both("由通过变为不通过", "Lost"), _flips(comparison, lost=True)),
        figure(both("由不通过变为通过", "Won"), _flips(comparison, lost=False)),
        _left_out(comparison),
    )


def _left_out(comparison: Comparison) -> str:
    if not comparison.left_out:
        return ""
    title = both(f"没有比的 {len(comparison.left_out)} 项", f"Left out: {len(comparison.left_out)}")
    return f"<details><summary>{title}</summary>{bullets(comparison.left_out)}</details>"


def _flips(comparison: Comparison, *, lost: bool) -> str:
    found = comparison.lost if lost else comparison.won
    if not found:
        return nothing("没有。", "None.")
    head = [both("样本", "Sample"), both("题目", "Title"), both("首要原因", "First cause")]
    return table(
        head, [[f"<code>{escape(each.name)}</code>", escape(each.title), escape(each.cause)] for each in found]
    )


def _row(row: Row) -> list[str]:
    return [
        f"<code>{escape(row.scorer)}</code>" + (" ↓" if row.higher_is_worse else ""),
        number(row.a),
        number(row.b),
        f"{row.delta.point:+.3f}",
        f"{row.delta.low:+.3f} … {row.delta.high:+.3f}",
        chance(row.p).removeprefix("p ").removeprefix("= "),
        number(row.adjusted),
        str(row.pairs),
    ]
