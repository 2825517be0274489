"""A summary as a few lines of Chinese for the terminal."""

from __future__ import annotations

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
    top = list(summary.causes.items())[:SHOWN]
    if top:
        lines.append("失败的首要原因：" + "，".join(f"{CAUSES.get(name, name)} {count}" for name, count in top))
    lines.append(f"完成 {summary.done}/{summary.planned}")
    return "\n".join(lines)


def told(interval: Interval | None) -> str:
    """A share with its interval."""
    if interval is None:
        return "（没有）"
    return f"{interval.point:.1%}（{interval.low:.1%}–{interval.high:.1%}）"
