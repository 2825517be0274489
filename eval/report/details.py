"""The second half: calls, retrieval, grounding, safety, dialogue, time, failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

from ..causes import CAUSES
from ..results import Result, Results, group
from ..summary import HIGHER_IS_WORSE, Metric, Summary
from .drawing import bars, curve, region, scatter
from .parts import both, bullets, figure, nothing, number, percent, section, table
from .words import SAFETY

MOST_FAILURES = 300
LONGEST_TURN = 600


def tool_calls(results: Results, summary: Summary) -> str:
    """Section 4: what was called, and which argument went wrong first."""
    errors = Counter(_error_kind(each) for each in _evidence(results, "calls.arguments"))
    pareto = [(escape(name), float(count), str(count)) for name, count in errors.most_common(12)]
    unconfirmed = [f"{each.name}：{one}" for each in results.real for one in _failing(each, "calls.unconfirmed_writes")]
    premature = [f"{each.name}：{one}" for each in results.real for one in _failing(each, "calls.premature_writes")]
    return section(
        "calls",
        both("工具调用", "Tool calls"),
        metric_table(summary, "calls"),
        figure(
            both("最先出错的参数", "First wrong argument"),
            bars(pareto) if pareto else nothing("没有参数错误。", "None."),
        ),
        figure(both("要的工具与实际调的工具", "Tool wanted and tool called"), _confusion(results)),
        figure(
            both("未经确认或过早的写入", "Unconfirmed or premature writes"),
            bullets([*unconfirmed, *premature][:40]) if unconfirmed or premature else nothing("没有。", "None."),
        ),
    )


def retrieval(results: Results, summary: Summary) -> str:
    """Section 5: what was found, and where it was lost."""
    recalls = {
        float(name.split("@")[1]): each.micro
        for name, each in summary.metrics.items()
        if name.startswith("retrieval.recall@") and each.micro is not None
    }
    used = summary.metrics.get("retrieval.used")
    missed = [f"{each.name} {each.sample.title}：{one}" for each in results.base for one in _failing(each, "retrieval")]
    pieces = [metric_table(summary, "retrieval")]
    if recalls:
        rows = [[f"{k:g}", percent(value)] for k, value in sorted(recalls.items())]
        deepest = recalls[max(recalls)]
        funnel = [(both("找到", "Found"), deepest, percent(deepest))]
        if used and used.micro is not None:
            funnel.append((both("找到并引用", "Found and cited"), deepest * used.micro, percent(deepest * used.micro)))
        pieces.append(
            '<div class="two">'
            + figure(
                both("前 k 段的召回", "Recall at k"),
                curve(recalls, ("k", both("召回", "recall"))),
                table(["k", both("召回", "Recall")], rows),
            )
            + figure(
                both("依据在哪一步丢掉", "Where gold is lost"), bars([(both("标准依据", "Gold"), 1.0, "100%"), *funnel])
            )
            + "</div>"
        )
    pieces.append(
        figure(
            both("标准依据没找到的问题", "Questions whose gold was not found"),
            bullets(missed[:60]) if missed else nothing("没有。", "None."),
        )
    )
    return section("retrieval", both("检索", "Retrieval"), *pieces)


def grounding(results: Results, summary: Summary) -> str:
    """Section 6: whether claims have sources, and numbers too."""
    points = []
    for family, rows in group(results.base, lambda each: each.sample.family).items():
        precision, recall = (_micro(rows, f"grounding.citation_{name}") for name in ("precision", "recall"))
        if precision is not None and recall is not None:
            points.append((recall, precision, family))
    numbers = [
        f"{each.name}：{one}" for each in results.real for one in _failing(each, "grounding.number_hallucination")
    ]
    data = table(
        [both("家族", "Family"), both("召回", "Recall"), both("精确", "Precision")],
        [[escape(name), percent(x), percent(y)] for x, y, name in points],
    )
    drawn = scatter(points, (both("引用召回", "citation recall"), both("引用精确", "citation precision")))
    return section(
        "grounding",
        both("依据与引用", "Grounding and citations"),
        metric_table(summary, "grounding"),
        figure(both("各家族的引用", "Citations by family"), drawn if points else nothing("没有引用。", "None."), data),
        figure(
            both("没有出处的数字", "Unsupported numbers"),
            bullets(numbers[:60]) if numbers else nothing("没有。", "None."),
        ),
    )


def safety(results: Results, summary: Summary) -> str:
    """Section 7: refusals, attacks, permission; and what no failure still allows."""
    rows = [
        [both(*SAFETY[name]), str(each.failures), str(each.probes), percent(each.upper) if not each.failures else "—"]
        for name, each in summary.safety.items()
    ]
    head = [
        both("项目", "Figure"),
        both("失败", "Failures"),
        both("探测", "Probes"),
        both("零失败的 95% 上限", "95% bound"),
    ]
    over, recall = (_micro(results.base, f"refusal.{name}") for name in ("over", "recall"))
    plot = nothing("没有该拒绝的样本。", "No sample must be refused.")
    if over is not None and recall is not None:
        box = region(0.0, 0.05, 0.95, 1.0)
        plot = scatter([(over, recall, "")], (both("误拒", "over-refusal"), both("该拒的拒了", "refusal recall")), box)
    injected = group(
        [each for each in results.real if each.sample.expect.attack],
        lambda each: each.sample.expect.attack.inject.split(":")[0] if each.sample.expect.attack else "",
    )
    attacks = [
        [escape(name), str(len(each)), str(sum(bool(_failing(one, "attack")) for one in each))]
        for name, each in injected.items()
    ]
    attack_table = table([both("注入处", "Injected in"), both("次数", "n"), both("得手", "Succeeded")], attacks)
    return section(
        "safety",
        both("拒答、安全与权限", "Refusal, safety, permission"),
        metric_table(summary, "refusal", "attack", "access", "secrets"),
        figure(both("安全项", "Safety"), table(head, rows) if rows else nothing("没有探测。", "No probes.")),
        '<div class="two">',
        figure(both("该拒与误拒（框内：≥95%、≤5%）", "Refusals (box: ≥95%, ≤5%)"), plot),
        figure(both("注入", "Injection"), attack_table if attacks else nothing("没有注入样本。", "None.")),
        "</div>",
        figure(both("身份 × 操作", "Role × operation"), _matrix(results)),
    )


def dialogue(results: Results, summary: Summary) -> str:
    """Section 8: how much had to be asked."""
    asked = Counter(
        int(each.scores["slots.questions"].value or 0) for each in results.base if "slots.questions" in each.scores
    )
    rows = [(f"{n}", float(count), str(count)) for n, count in sorted(asked.items())]
    return section(
        "dialogue",
        both("对话", "Dialogue"),
        metric_table(summary, "slots"),
        figure(both("一个样本问了几次", "Questions per sample"), bars(rows) if rows else nothing("没有。", "None.")),
    )


def times(results: Results, summary: Summary) -> str:
    """Section 9: how long, how much CPU."""
    walls = sorted(turn.wall_ms for each in results.real for turn in each.trajectory.turns if turn.wall_ms > 0)
    step = max(1, len(walls) // 200)
    points = {walls[n]: (n + 1) / len(walls) for n in range(0, len(walls), step)}
    rows = [
        [escape(name), number(each.point), f"{number(each.low)}–{number(each.high)}", str(each.n)]
        for name, each in summary.times.items()
        if each
    ]
    passed = sum(each.passed is True for each in results.real)
    cpu = sum(each.trajectory.cpu_s for each in results.real)
    cost = f"{both('每个通过的试验用 CPU', 'CPU per passed trial')}：{number(cpu / passed if passed else None)} s"
    return section(
        "times",
        both("用时与开销", "Time and cost"),
        figure(
            both("每轮用时的累计分布", "Turn latency, ECDF"),
            curve(points, (both("毫秒", "ms"), both("不超过的轮次", "turns")), steps=True)
            if points
            else nothing("没有用时。", "None."),
            table([both("项目", "Figure"), both("值", "Value"), "95%", "n"], rows),
            cost,
        ),
    )


def failures(results: Results, summary: Summary) -> str:
    """Section 10: every failure under its first cause, with the talk."""
    counted = [(escape(CAUSES[name]), float(count), str(count)) for name, count in summary.causes.items()]
    by_key = {each.trajectory.key: each for each in results.real}
    pieces = [
        figure(
            both("失败的首要原因", "First causes"), bars(counted) if counted else nothing("全部通过。", "All passed.")
        )
    ]
    shown = 0
    for cause in summary.causes:
        pieces.append(f"<h3>{escape(CAUSES[cause])}</h3>")
        for failed in summary.failed:
            if failed.cause == cause and shown < MOST_FAILURES:
                shown += 1
                pieces.append(_failure(by_key[failed.key], failed.evidence))
    if shown < len(summary.failed):
        pieces.append(
            nothing(f"另有 {len(summary.failed) - shown} 个没有列出，请用 eval view 查看。", "More in eval view.")
        )
    if summary.flaky:
        pieces.append(figure(both("时过时不过", "Flaky"), bullets(summary.flaky)))
    if summary.quarantined:
        reasons = {each.sample.id: each.sample.quarantine for each in results.all if each.sample.quarantine}
        told = [
            f"{name}：{one.reason}（{one.since} 起）" if (one := reasons.get(name)) else name
            for name in summary.quarantined
        ]
        pieces.append(figure(both("停用的样本", "Quarantined"), bullets(told)))
    return section("failures", both("失败", "Failures"), *pieces)


def metric_table(summary: Summary, *groups: str) -> str:
    """The metrics of some groups: micro, macro with interval, how many were undefined."""
    names = [name for name in summary.metrics if name.split(".")[0] in groups and "." in name]
    rows = [_metric_row(name, summary.metrics[name]) for name in names if summary.metrics[name].macro]
    head = [
        both("指标", "Metric"),
        both("合计", "Micro"),
        both("逐题平均", "Macro"),
        "95%",
        "n",
        both("未定义", "Undefined"),
    ]
    return figure(both("指标", "Metrics"), table(head, rows)) if rows else ""


def _metric_row(name: str, metric: Metric) -> list[str]:
    arrow = " ↓" if name in HIGHER_IS_WORSE else ""
    found = metric.macro
    if found is None:
        return [escape(name), "—", "—", "—", "0", str(metric.undefined)]
    spread = f"{number(found.low)}–{number(found.high)}"
    return [
        f"<code>{escape(name)}</code>{arrow}",
        number(metric.micro),
        number(found.point),
        spread,
        str(found.n),
        str(metric.undefined),
    ]


def _failure(result: Result, evidence: Sequence[str]) -> str:
    talk = "".join(
        f'<p class="user">{_words(turn.user.text or f"〔{turn.user.kind}〕")}</p>'
        f'<p class="desk">{_words(str(turn.reply.get("text") or "（没有回复）"))}</p>'
        for turn in result.trajectory.turns[:8]
    )
    return (
        f'<details class="failure"><summary><code>{escape(result.name)}</code> {escape(result.sample.title)}</summary>'
        f'<p class="note">{escape(result.sample.why)}</p>{bullets(evidence)}<div class="talk">{talk}</div>'
        f'<p class="note"><code>{escape(result.sample.file)}:{result.sample.line}</code></p></details>'
    )


def _words(text: str) -> str:
    return escape(text if len(text) <= LONGEST_TURN else text[:LONGEST_TURN] + "…")


def _matrix(results: Results) -> str:
    cells = Counter(
        (str(each.trajectory.actor.get("role")), probe.op, probe.expected, probe.allowed)
        for each in results.real
        for probe in each.trajectory.probes
    )
    rows = []
    for role, op in dict.fromkeys((role, op) for role, op, _, _ in cells):
        denied = [cells[role, op, "denied", allowed] for allowed in (False, True)]
        allowed = [cells[role, op, "allowed", done] for done in (True, False)]
        rows.append([escape(role), f"<code>{escape(op)}</code>", _right(denied), _right(allowed)])
    head = [
        both("身份", "Role"),
        both("操作", "Operation"),
        both("应拒而拒", "Denied as due"),
        both("应许而许", "Allowed as due"),
    ]
    return table(head, sorted(rows)) if rows else nothing("没有直接探测接口的样本。", "No probes.")


def _right(counts: Sequence[int]) -> str:
    return f"{counts[0]}/{sum(counts)}" if sum(counts) else ""


def _confusion(results: Results) -> str:
    pairs: Counter[tuple[str, str]] = Counter()
    for each in results.base:
        expected = each.sample.expect.calls
        made = [call.tool for call in each.trajectory.calls if call.tool != "kb.search"]
        for wanted in expected.required if expected else ():
            if wanted.tool not in made:
                pairs[wanted.tool, made[0] if made else "—"] += 1
    rows = [[f"<code>{escape(a)}</code>", f"<code>{escape(b)}</code>", str(n)] for (a, b), n in pairs.most_common(15)]
    head = [both("要调", "Wanted"), both("实际先调", "Called first"), both("次数", "n")]
    return table(head, rows) if rows else nothing("要调的都调了。", "All wanted tools were called.")


def _micro(results: Sequence[Result], name: str) -> float | None:
    lines = [each.scores[name] for each in results if name in each.scores]
    total = sum(each.denominator for each in lines)
    return sum(each.numerator for each in lines) / total if total else None


def _failing(result: Result, name: str) -> tuple[str, ...]:
    score = result.scores.get(name)
    return score.evidence if score is not None and score.passed is False else ()


def _evidence(results: Results, name: str) -> list[str]:
    return [one for each in results.base if name in each.scores for one in each.scores[name].evidence]


def _error_kind(line: str) -> str:
    argument, _, kind = line.partition("：")
    return f"{argument} {kind[:2]}"
