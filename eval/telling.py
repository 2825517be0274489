"""A summary as a few lines of Chinese for the terminal."""

from __future__ import annotations

from collections.abc import Mapping

from .causes import CAUSES
from .intervals import Interval
from .summary import Summary

SHOWN = 5


def told_summary(summary: Summary) -> str:
    """The score with its interval, the best null agent beside it, verticals, and the first causes of failure."""
    lines = [f"通过率 {told(summary.task)}（原样本），含变体 {told(summary.with_variants)}"]
    if summary.best_null:
        lift = f"，相对提升 {summary.lift:.1%}" if summary.lift is not None else ""
        lines.append(f"最好的空智能体 {summary.best_null} {summary.nulls[summary.best_null]:.1%}{lift}")
    else:
        lines.append("空智能体还没有在这些样本上跑过，分数没有对照：运行 hanzhi eval nulls，再运行 hanzhi eval score。")
    lines += [f"  {name} {told(each)}" for name, each in summary.by_vertical.items()]
    if summary.errored or summary.stuck:
        lines.append(f"出错 {summary.errored}，用户卡住 {summary.stuck}（都算未通过）")
    if summary.quarantined:
        lines.append(f"停用的样本 {len(summary.quarantined)} 个，不计分")
    lines += _reliability(summary)
    if summary.llm_user:
        played = summary.llm_user
        told_stuck = f"，卡住 {played.stuck}" if played.stuck else ""
        lines.append(
            f"用户由大模型 {played.user} 扮演的：{played.passed}/{played.n} 通过{told_stuck}（只作参考，不计分不把关）"
        )
    top = list(summary.causes.items())[:SHOWN]
    if top:
        lines.append("失败的首要原因：" + "，".join(f"{CAUSES.get(name, name)} {count}" for name, count in top))
    lines.append(f"完成 {summary.done}/{summary.planned}")
    return "\n".join(
        [*lines, *_named("没有运行", summary.left_out), *_named("运行了但有一项看不到", summary.unchecked)]
    )


def _reliability(summary: Summary) -> list[str]:
    """Of k trials, or of k variants: one passes, half do, all do; at the largest k."""
    words = (("重复", "pass", summary.trials), ("变体", "robust", summary.variants))
    lines = []
    for title, name, curves in words:
        if curves.every:
            k = max(curves.every)
            figures = (
                f"{name}@{k} {curves.any[k]:.1%}，G-{name}@{k} {curves.most[k]:.1%}，{name}^{k} {curves.every[k]:.1%}"
            )
            lines.append(f"{title}任抽 {k} 个：{figures}（至少一个、至少一半、全部通过）")
    return lines


def _named(what: str, reasons: Mapping[str, str]) -> list[str]:
    """How many and why; each is named in the report and in `summary.json`."""
    if not reasons:
        return []
    by_why: dict[str, list[str]] = {}
    for name, why in reasons.items():
        by_why.setdefault(why or "没有记下原因", []).append(name)
    lines = [f"{what}的 {len(reasons)} 个版本："]
    return lines + [f"  {why}（{len(names)}）：{'、'.join(names)}" for why, names in by_why.items()]


def told(interval: Interval | None) -> str:
    """A share with its interval."""
    if interval is None:
        return "（没有）"
    return f"{interval.point:.1%}（{interval.low:.1%}–{interval.high:.1%}）"
