"""The first half of a report: the verdict, and shares by vertical, family and kind."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from ..compare import Comparison
from ..gate import Verdict
from ..intervals import Interval
from ..summary import Summary
from .drawing import Dot, bars, dots, heat
from .parts import both, chance, figure, number, percent, section, table, with_interval
from .words import KINDS, RULES, SCORERS, VERTICALS


def verdict_strip(summary: Summary, verdict: Verdict | None, comparison: Comparison | None) -> str:
    """Section 1: what somebody in a hurry must know."""
    cards = [_gate_card(verdict), _task_card(summary), _null_card(summary), _change_card(comparison)]
    part = summary.done / summary.planned if summary.planned else 0.0
    trouble = f"{both('出错', 'errored')} {summary.errored}　{both('用户卡住', 'stuck')} {summary.stuck}"
    cards.append(
        _card(both("完成", "Coverage"), f"{summary.done}/{summary.planned}", trouble, "" if part >= 1 else "warn")
    )
    cards.append(_repeat_card(summary))
    reasons = ""
    if verdict and verdict.reasons:
        rows = [[both(*RULES[name]), escape(each)] for name, found in verdict.reasons.items() for each in found[:12]]
        reasons = figure(
            both("把关没过的原因", "Why the gate failed"), table([both("规则", "Rule"), both("原因", "Reason")], rows)
        )
    gaps = _gaps(both("没有运行的", "Not run"), summary.left_out) + _gaps(
        both("运行了，但有一项从外面看不到的", "Run, with a part that cannot be seen from outside"), summary.unchecked
    )
    return section("verdict", both("结论", "Verdict"), f'<div class="strip">{"".join(cards)}</div>', reasons, gaps)


def _gaps(title: str, reasons: Mapping[str, str]) -> str:
    """What a run does not cover, sample by sample, and why."""
    if not reasons:
        return ""
    rows = [[f"<code>{escape(name)}</code>", escape(why or "—")] for name, why in reasons.items()]
    head = [both("样本", "Sample"), both("原因", "Reason")]
    return f"<details class=data><summary>{title} {len(rows)}</summary>{table(head, rows)}</details>"


def shares(summary: Summary, titles: Mapping[str, str]) -> str:
    """Section 2: who does how well."""
    null = summary.nulls.get(summary.best_null)
    red = both("红线是最好的空智能体。", "The red tick is the best null agent.") if null is not None else ""
    verticals = [_named(VERTICALS, name, each, null) for name, each in summary.by_vertical.items()]
    kinds = [_named(KINDS, name, each, null) for name, each in summary.by_kind.items()]
    families = [Dot(f"{name} {titles.get(name, '')}".strip(), each, null) for name, each in summary.by_family.items()]
    pieces = [
        '<div class="two">',
        figure(both("按领域", "By vertical"), dots(verticals), _data(verticals), red),
        figure(both("按类型", "By kind"), dots(kinds), _data(kinds)),
        "</div>",
        figure(both("按场景家族", "By scenario family"), dots(families), _data(families)),
        figure(
            both("家族 × 把关项：通过的百分比", "Family × gating scorer, % passed"),
            heat(summary.heat, SCORERS),
            note=both("空格表示这一项在该家族没有要求。", "Empty: not expected in this family."),
        ),
    ]
    nulls = [
        (escape(name), each, percent(each)) for name, each in sorted(summary.nulls.items(), key=lambda item: -item[1])
    ]
    if nulls:
        pieces.append(figure(both("空智能体的通过率", "Null agents"), bars(nulls, top=1.0)))
    return section("shares", both("通过率", "Pass rates"), *pieces)


def _gate_card(verdict: Verdict | None) -> str:
    if verdict is None:
        return _card(both("把关", "Gate"), "—", both("没有运行把关", "Not run"))
    word = both("通过", "Passed") if verdict.passed else both("未通过", "Failed")
    return _card(
        both("把关", "Gate"),
        word,
        f"{both('退出码', 'exit code')} {int(verdict.code)}",
        "ok" if verdict.passed else "bad",
    )


def _task_card(summary: Summary) -> str:
    found = summary.task
    value = percent(found.point) if found else "—"
    spread = f"95% {percent(found.low)}–{percent(found.high)}" if found else ""
    return _card(
        both("整题通过率", "Task pass rate"),
        value,
        f"{spread}<br>{both('含变体', 'with variants')} {with_interval(summary.with_variants)}",
    )


def _null_card(summary: Summary) -> str:
    if not summary.best_null:
        return _card(both("最好的空智能体", "Best null agent"), "—", both("这次没有跑空智能体", "Not run"))
    lift = f"{both('提升', 'lift')} {percent(summary.lift)}"
    return _card(
        both("最好的空智能体", "Best null agent"),
        percent(summary.nulls[summary.best_null]),
        f"<code>{escape(summary.best_null)}</code>　{lift}",
    )


def _change_card(comparison: Comparison | None) -> str:
    if comparison is None:
        return _card(both("与基准相比", "Against baseline"), "—", both("没有给出基准", "None given"))
    lost, won = len(comparison.lost), len(comparison.won)
    moved = f"{both('变差', 'lost')} {lost}　{both('变好', 'won')} {won}　{chance(comparison.test.p)}"
    style = "bad" if comparison.lost else "ok" if comparison.won else ""
    return _card(both("与基准相比", "Against baseline"), f"{comparison.delta.point:+.1%}", moved, style)


def _repeat_card(summary: Summary) -> str:
    same, of = summary.repeatable["same"], summary.repeatable["of"]
    title = both("可重复", "Repeatable")
    if not of:
        return _card(title, "—", both("每个样本只跑了一次", "Each sample ran once"))
    word = both("是", "Yes") if same == of else both("否", "No")
    return _card(title, word, f"{both('轨迹相同', 'equal trajectories')} {same}/{of}", "ok" if same == of else "warn")


def _card(title: str, value: str, note: str, style: str = "") -> str:
    return f'<div class="card {style}"><span class="k">{title}</span><b>{value}</b><p>{note}</p></div>'


def _data(rows: list[Dot]) -> str:
    return table(
        [
            "",
            both("通过率", "Rate"),
            both("低", "Low"),
            both("高", "High"),
            "n",
            both("家族", "Families"),
            both("设计效应", "Design effect"),
        ],
        [
            [
                escape(each.label),
                percent(each.found.point),
                percent(each.found.low),
                percent(each.found.high),
                str(each.found.n),
                str(each.found.clusters or ""),
                number(each.found.design_effect, 2),
            ]
            for each in rows
            if each.found
        ],
    )


def _named(names: Mapping[str, tuple[str, str]], name: str, found: Interval | None, null: float | None) -> Dot:
    chinese, english = names.get(name, (name, name))
    return Dot(chinese, found, null, english=english)
