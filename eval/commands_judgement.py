"""Commands that judge runs: compare, gate, baseline, report, view, export, flaky."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from .baseline import Baseline, accept, baseline_of, load, save, write_key
from .compare import Comparison, NotComparable, compare, rescored
from .components import score_components
from .errors import BadRun, EvalError
from .export import as_csv, as_jsonl, junit
from .gate import MARGIN, SLOWER, Code, Rules, Verdict, judge
from .importers import FORMATS, import_set, json_lines, read_components, write_imported
from .reading import read_samples
from .reliability import flaky
from .report import report_html
from .results import Results
from .runner import load_results
from .store import MANIFEST
from .summary import summarise
from .summary import tallies as tallies_of
from .view import serve_view, view_page
from .world import lookups

RunFolder = Annotated[Path, typer.Argument(help="运行目录。")]
Out = Annotated[Path | None, typer.Option("-o", "--out", help="写到这个文件。")]
Common = Annotated[bool, typer.Option("--common", help="只比两边相同的部分，列出没有比的。")]
Rescore = Annotated[bool, typer.Option("--rescore", help="用现在的评分器给两边重新打分再比。")]
Nulls = Annotated[list[Path] | None, typer.Option("--nulls", help="空智能体的运行目录；可写多次。")]
Against = Annotated[Path | None, typer.Option("--against", help="拿来比较的旧运行目录。")]
BaselineFile = Annotated[Path | None, typer.Option("--baseline", help="签过名的基线文件，或一个旧的运行目录。")]
baselines = typer.Typer(help="基线：哪些样本应当通过，接受了哪些变化。", no_args_is_help=True)


def add_judgement(app: typer.Typer) -> None:
    """Put these commands beside the others."""
    app.command("compare")(compare_runs)
    app.command("gate")(gate)
    app.command("report")(report)
    app.command("view")(view)
    app.command("export")(export)
    app.command("flaky")(flaky_samples)
    app.command("import")(import_public)
    app.command("components")(component_scores)
    app.add_typer(baselines, name="baseline")


def compare_runs(a: RunFolder, b: RunFolder, common: Common = False, rescore: Rescore = False, out: Out = None) -> None:
    """比较两次运行：谁变差、谁变好、是否算数；条件不同就拒绝，退出码 4。"""
    try:
        found = _compared(a, b, common=common, rescore=rescore)
    except NotComparable as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(Code.NOT_COMPARABLE) from None
    if out:
        _write(out, json.dumps(found.to_json(), ensure_ascii=False, indent=1) + "\n")
    typer.echo(told_comparison(found))


def gate(
    run: RunFolder,
    baseline: BaselineFile = None,
    trusted: Annotated[str, typer.Option(help="只认这个指纹签发的基线。")] = "",
    margin: Annotated[float, typer.Option(help="用大模型时允许通过率下降多少。")] = MARGIN,
    slower: Annotated[float, typer.Option(help="最多慢到几倍。")] = SLOWER,
    common: Common = False,
    varies: Annotated[bool, typer.Option("--varies", help="被测模型每次回答会变：按区间把关，不按单个样本。")] = False,
) -> None:
    """能不能放行：0 通过，1 未通过，2 用法不对，3 没跑完或环境出错，4 不能比较。"""
    try:
        verdict = _verdict(run, baseline, trusted, Rules(not varies, margin, slower), common=common)
    except NotComparable as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(Code.NOT_COMPARABLE) from None
    typer.echo(told_verdict(verdict))
    raise typer.Exit(int(verdict.code))


def report(
    run: RunFolder, against: Against = None, baseline: BaselineFile = None, nulls: Nulls = None, out: Out = None
) -> None:
    """写一份报告：一个 HTML 文件，不联网就能看，可以打印。"""
    results = _with_nulls(load_results(run), nulls or [])
    comparison = _compared(against, run, common=True, rescore=True) if against else None
    verdict = _verdict(run, baseline, "", Rules(), common=True)
    target = out or run / "report.html"
    _write(target, report_html(results, summarise(results), verdict, comparison, _titles()))
    typer.echo(f"报告：{target}")


def view(
    runs: Annotated[list[Path], typer.Argument(help="一个运行目录；给两个就并排比较。")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="端口；0 用空闲的。")] = 0,
    to_file: Annotated[
        Path | None, typer.Option("--export", help="不打开，写成一个可以转给别人的 HTML 文件，个人号码已遮盖。")
    ] = None,
    trial: Annotated[str, typer.Option(help="与 --export 合用：只要这个样本，例如 GOV-01.n1。")] = "",
) -> None:
    """在本机打开记录页面：逐个看对话、调用、检索、引用和平台变化。按 Ctrl-C 结束。"""
    if len(runs) > 2:
        raise EvalError("最多给两个运行目录。")
    if to_file is not None:
        _write(to_file, view_page(runs, trial))
        typer.echo(f"已写到 {to_file}，不用服务和网络就能打开。")
        return
    serve_view(runs, port, lambda address: typer.echo(f"记录页面：{address}（按 Ctrl-C 结束）"))


def export(
    run: RunFolder,
    to_junit: Annotated[Path | None, typer.Option("--junit", help="JUnit XML 写到这个文件。")] = None,
    to_csv: Annotated[Path | None, typer.Option("--csv", help="CSV 写到这个文件。")] = None,
    to_jsonl: Annotated[Path | None, typer.Option("--jsonl", help="JSON 行写到这个文件。")] = None,
) -> None:
    """把一次运行转成 JUnit、CSV 或 JSON 行，给 CI、表格和别的程序用。"""
    wanted = [(path, make) for path, make in ((to_junit, junit), (to_csv, as_csv), (to_jsonl, as_jsonl)) if path]
    if not wanted:
        raise EvalError("没有说要转成什么。请加 --junit、--csv 或 --jsonl，后面写文件名。")
    results = load_results(run)
    for path, make in wanted:
        _write(path, make(results))
        typer.echo(f"已写到 {path}")


def flaky_samples(runs: Annotated[list[Path], typer.Argument(help="一个或几个运行目录。")]) -> None:
    """列出有时过有时不过的样本；只看一次运行时，要求每个样本跑过几次。"""
    everything = [each for run in runs for each in load_results(run).real]
    found = tallies_of(everything, lambda each: each.name)
    names = flaky(found)
    for name in names:
        typer.echo(f"{name}  {found[name].passed}/{found[name].n}")
    repeated = sum(each.n > 1 for each in found.values())
    typer.echo(f"{len(names)} 个不稳定，比较了 {repeated} 个跑过多次的样本。")


def import_public(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help=f"格式：{'、'.join(FORMATS)}。")],
    path: Annotated[Path, typer.Argument(help="数据文件；beir 是目录。")],
    out: Annotated[Path, typer.Option("-o", "--out", help="写到这个文件。")],
    answers: Annotated[Path | None, typer.Option(exists=True, help="答案在另一个文件里时给出它。")] = None,
) -> None:
    """把公开数据集转成样本（YAML）或部件题目（JSON 行）。"""
    found = import_set(form, path, answers)
    count = write_imported(found, out)
    typer.echo(f"{count} {'个样本' if found.samples else '道部件题目'}，写到 {out}")
    if found.left_out:
        typer.echo(f"没有转的 {len(found.left_out)} 题，例如 {found.left_out[0]}")


def component_scores(
    suite: Annotated[Path, typer.Argument(help="import 写出的部件题目。")],
    predictions: Annotated[Path, typer.Argument(help="每行一个 JSON：id，和 calls、acts、spans 或 documents。")],
) -> None:
    """给部件题目的预测打分：工具调用、语义、实体、检索。"""
    predicted = {str(line["id"]): line for _, line in json_lines(predictions)}
    for name, each in score_components(read_components(suite), predicted).items():
        spread = f"{each.macro.low:.1%}–{each.macro.high:.1%}"
        typer.echo(f"{name:20} 合计 {each.micro:.1%}  逐题平均 {each.macro.point:.1%}（{spread}），{each.n} 题")


@baselines.command("key")
def baseline_key(path: Annotated[Path, typer.Argument(help="私钥写到这个文件。")]) -> None:
    """生成复核人的私钥；把打印出来的指纹交给 CI，用于 gate --trusted。"""
    try:
        typer.echo(f"指纹 {write_key(path)}；私钥在 {path}，不要提交到仓库。")
    except FileExistsError:
        raise EvalError(f"{path} 已经存在。请换一个文件名。") from None


@baselines.command("accept")
def baseline_accept(
    run: RunFolder,
    file: Annotated[Path, typer.Option("--baseline", help="基线文件；没有就新建。")],
    key: Annotated[Path, typer.Option(exists=True, help="复核人的私钥。")],
    reason: Annotated[str, typer.Option(help="为什么接受。")],
    by: Annotated[str, typer.Option(help="谁复核的。")],
    case: Annotated[list[str] | None, typer.Option("--case", help="只接受这些样本的变化；可写多次。")] = None,
) -> None:
    """签发基线：新建时记下这次运行，已有时接受由通过变为不通过的样本。"""
    results = load_results(run)
    old = load(file) if file.exists() else None
    made = accept(old, results, case or [], (reason, by)) if old else baseline_of(results)
    save(made, file, key)
    typer.echo(f"基线 {file}：{sum(made.passed.values())} 项应通过，{len(made.accepted)} 项变化已接受。")


def told_comparison(found: Comparison) -> str:
    """A comparison in a few lines."""
    test = found.test
    lines = [
        f"{found.a} → {found.b}，{found.pairs} 对",
        f"通过率变化 {found.delta.point:+.1%}（95% {found.delta.low:+.1%} 到 {found.delta.high:+.1%}）",
        f"变差 {test.lost}，变好 {test.won}，McNemar p = {test.p:.4g}（mid-p {test.mid_p:.4g}）",
        f"这套样本以 80% 的把握最小能看出 {found.detectable:.1%} 的变化" if found.detectable is not None else "",
        *(f"  变差 {each.name} {each.title}：{each.cause}" for each in found.lost),
        *(f"  变好 {each.name} {each.title}" for each in found.won),
        f"没有比的 {len(found.left_out)} 项" if found.left_out else "",
        *(f"  {each}" for each in found.left_out[:10]),
    ]
    return "\n".join(filter(None, lines))


def told_verdict(verdict: Verdict) -> str:
    """A gate's word and its reasons."""
    lines = ["通过" if verdict.passed else "未通过" if verdict.code is Code.FAILED else "没跑完或环境出错"]
    lines += [f"  {rule}：{each}" for rule, found in verdict.reasons.items() for each in found]
    return "\n".join([*lines, *(f"  已接受：{each}" for each in verdict.accepted)])


def _compared(a: Path, b: Path, *, common: bool, rescore: bool) -> Comparison:
    one, two = load_results(a), load_results(b)
    if rescore:
        one, two = (rescored(each, lambda result: lookups(result.sample)) for each in (one, two))
    return compare(one, two, common=common)


def _verdict(run: Path, baseline: Path | None, trusted: str, rules: Rules, *, common: bool) -> Verdict:
    results = load_results(run)
    held: Baseline | None = None
    comparison = None
    if baseline and (baseline / MANIFEST).is_file():
        old = load_results(baseline)
        held, comparison = baseline_of(old), compare(old, results, common=common)
    elif baseline:
        held = load(baseline, trusted)
    return judge(results, held, comparison, rules)


def _with_nulls(results: Results, runs: list[Path]) -> Results:
    """The null agents' rates over the samples both have."""
    known = {each.sample.id for each in results.base}
    found = dict(results.nulls)
    for run in runs:
        rows = [each for each in load_results(run).all if not each.trajectory.variant and each.sample.id in known]
        if not rows:
            raise BadRun(f"{run} 里没有与这次运行相同的样本。")
        found |= replace(results, all=tuple(rows), nulls={}).null_rates
    return replace(results, nulls=found)


def _titles() -> dict[str, str]:
    return {each.id: each.title for each in read_samples().families}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


__all__ = ["add_judgement", "told_comparison", "told_verdict"]
