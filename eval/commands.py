"""`hanzhi eval …`: a group of commands over samples and runs."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from .commands_helper import HelperKey, HelperName, HelperUrl, add_helper, open_helper
from .commands_judgement import add_judgement
from .commands_making import add_making
from .commands_parts import add_parts
from .errors import EvalError
from .lint import Product, lint
from .planning import Choice, How, chosen
from .proving import known_nulls, null_rates, prove
from .reading import load_samples, read_samples
from .runner import Effort, Ended, add_nulls, load_results, resume_run, score_run, start_run
from .serving import cache_folder, knowledge_hash, prepared_data
from .telling import told_summary
from .workers import Where


class Evaluation(TyperGroup):
    """The commands; what the user can mend is one message on stderr and exit code 2."""

    def invoke(self, ctx: Any) -> Any:
        """Run one command."""
        try:
            return super().invoke(ctx)
        except EvalError as problem:
            typer.echo(str(problem), err=True)
            raise typer.Exit(2) from None


app = typer.Typer(
    cls=Evaluation,
    help="评测：样本、运行、评分、报告。",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
add_judgement(app)
add_making(app)
add_helper(app)
add_parts(app)
Paths = Annotated[list[Path] | None, typer.Argument(help="样本文件或目录；不写用自带的样本。")]
Expression = Annotated[str, typer.Option("-k", help="按编号、标题、标签挑选，可用 and、or、not 和 *。")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="只要有这个标签或能力的样本；可写多次。")]
Kinds = Annotated[list[str] | None, typer.Option("--kind", help="normal、missing_slot、trap、adversarial；可写多次。")]
Verticals = Annotated[list[str] | None, typer.Option("--vertical", help="government 等领域；可写多次。")]
Families = Annotated[list[str] | None, typer.Option("--family", help="场景家族，例如 GOV-01；可写多次。")]
Variants = Annotated[str, typer.Option("--variants", help="all 全部变体，none 不跑变体，或用逗号隔开的变体编号。")]
Jobs = Annotated[
    int, typer.Option("-j", "--jobs", min=0, max=64, help="同时几个进程，每个带一个自己的服务；0 在本进程里依次跑。")
]
Limit = Annotated[int, typer.Option(min=0, help="最多几个样本；0 不限。")]
Model = Annotated[str, typer.Option("--model", help="对话模型：offline、endpoint，或插件注册的名字。")]
Show = Annotated[str, typer.Option("--progress", help="auto、bar、plain 或 json。")]
RunFolder = Annotated[Path, typer.Argument(help="运行目录。")]
CORES = max(1, os.cpu_count() or 1)


@app.command("lint")
def lint_samples(
    paths: Paths = None,
    quick: Annotated[bool, typer.Option("--quick", help="只看文件，不启动服务，不跑神谕和空智能体。")] = False,
    jobs: Jobs = CORES,
    progress: Show = "auto",
) -> None:
    """检查样本：写法、数据、依据、孪生、重复；再用神谕和空智能体证明它们能判得出好坏。"""
    reading = read_samples(paths or ())
    if quick:
        found = lint(reading)
    else:
        with Where().open() as target:
            found = lint(reading, Product(target.tools, target.examples))
        found += prove(reading, jobs, progress)
    for each in found:
        typer.echo(f"✗ {each}")
    typer.echo(f"{len(reading.samples)} 个样本，{len(reading.families)} 个家族，{len(found)} 处问题。")
    if found:
        raise typer.Exit(2)


@app.command("nulls")
def nulls(
    paths: Paths = None,
    jobs: Jobs = CORES,
    progress: Show = "auto",
    fresh: Annotated[bool, typer.Option("--fresh", help="不用存下的结果，重新跑。")] = False,
) -> None:
    """让什么都不懂的智能体跑一遍：分数值多少，看它们得多少。"""
    rates = null_rates(load_samples(paths or ()), jobs, progress, fresh=fresh)
    for agent, rate in sorted(rates.items(), key=lambda each: -each[1]):
        typer.echo(f"{agent:16} {rate:.1%}")


@app.command("list")
def list_samples(
    paths: Paths = None,
    expression: Expression = "",
    tag: Tags = None,
    kind: Kinds = None,
    vertical: Verticals = None,
    family: Families = None,
) -> None:
    """列出会运行哪些样本，带散列值。"""
    choice = _choice(expression, tag, kind, vertical, family)
    chosen = [each for each in load_samples(paths or ()).samples if choice.takes(each)]
    for each in chosen:
        state = "" if each.status == "active" else "（停用）"
        typer.echo(f"{each.id:14} {each.kind:12} {len(each.variants)} 变体 {each.hash} {each.title}{state}")
    typer.echo(f"{len(chosen)} 个样本，{sum(1 + len(each.variants) for each in chosen)} 个版本。")


@app.command("run")
def run_samples(
    paths: Paths = None,
    expression: Expression = "",
    tag: Tags = None,
    kind: Kinds = None,
    vertical: Verticals = None,
    family: Families = None,
    variants: Variants = "all",
    trials: Annotated[int, typer.Option(min=1, max=100, help="每个版本跑几次。")] = 1,
    jobs: Jobs = CORES,
    model: Model = "offline",
    seed: Annotated[int, typer.Option(help="随机种子。")] = 0,
    limit: Limit = 0,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="运行目录；不写则新建在 runs/ 下。")] = None,
    resume: Annotated[Path | None, typer.Option(help="接着跑这个运行目录里没跑完的。")] = None,
    retry: Annotated[str, typer.Option(help="接着跑时重跑：errored 出错的，failed 未通过的。")] = "",
    url: Annotated[
        str, typer.Option(help="被测服务的地址；不写则自己启动。不能设定环境的服务只跑不需要设定的样本。")
    ] = "",
    tokens: Annotated[Path | None, typer.Option(exists=True, help="JSON 文件：身份到访问令牌，与 --url 合用。")] = None,
    progress: Show = "auto",
    ray: Annotated[str, typer.Option(help="Ray 集群地址（ray://… 或 auto），把样本分到集群上跑。")] = "",
    helper_url: HelperUrl = "",
    helper_name: HelperName = "",
    helper_key: HelperKey = None,
) -> None:
    """运行样本并评分；可以中断，用 --resume 接着跑。"""
    effort, helper = Effort(jobs, progress, ray=ray), open_helper(helper_url, helper_name, helper_key)
    if resume is not None:
        ended = resume_run(resume, effort, retry, helper)
    else:
        choice = _choice(expression, tag, kind, vertical, family, variants, limit)
        known = json.loads(tokens.read_text(encoding="utf-8")) if tokens else {}
        where = Where(model, url, tuple(sorted(known.items())), helper)
        user = helper.name if helper else ""
        how = How(model=url or model, trials=trials, seed=seed, remote=bool(url), user_model=user)
        reading = load_samples(paths or ())
        ended = start_run(reading, choice, how, where, out, effort)
        there = chosen(reading, choice)
        ran = tuple(each for each in there.samples if each.id not in ended.summary.left_out)
        ended = replace(ended, summary=add_nulls(ended.folder, known_nulls(replace(there, samples=ran))))
    _tell(ended)


@app.command("score")
def score(run: RunFolder) -> None:
    """用现在的评分器给一次运行重新评分，不重新运行；空智能体在同样的样本上跑过，就带上它们的分数。"""
    summary = score_run(run)
    ran, reading = {each.sample.id for each in load_results(run).all}, load_samples()
    same = tuple(each for each in reading.samples if each.id in ran)
    if len(same) == len(ran):
        summary = add_nulls(run, known_nulls(replace(reading, samples=same)))
    typer.echo(told_summary(summary))


@app.command()
def doctor() -> None:
    """检查评测环境：样本、准备好的数据、能不能启动被测服务。"""
    reading = load_samples()
    typer.echo(f"✓ 自带样本 {len(reading.samples)} 个，家族 {len(reading.families)} 个")
    typer.echo(f"✓ 知识库状态 {knowledge_hash()}，准备好的数据在 {prepared_data()}")
    with Where().open() as target:
        typer.echo(f"✓ 被测服务可以启动，工具 {len(target.tools)} 个")
    typer.echo(f"✓ 缓存目录 {cache_folder()}")


def _choice(
    expression: str,
    tag: list[str] | None,
    kind: list[str] | None,
    vertical: list[str] | None,
    family: list[str] | None,
    variants: str = "all",
    limit: int = 0,
) -> Choice:
    def words(given: list[str] | None) -> tuple[str, ...]:
        return tuple(given or ())

    return Choice(expression, words(tag), words(kind), words(vertical), words(family), (), variants, limit)


def _tell(ended: Ended) -> None:
    typer.echo(told_summary(ended.summary))
    typer.echo(f"运行目录：{ended.folder}")
    if not ended.complete:
        typer.echo(f"没有跑完。接着跑：hanzhi eval run --resume {ended.folder}")
        raise typer.Exit(3)


def main(arguments: Sequence[str]) -> int:
    """Run one command of `python -m eval`; its exit code."""
    try:
        app(list(arguments), prog_name="eval")
    except SystemExit as leaving:
        return int(leaving.code or 0)
    return 0


__all__ = ["app", "main"]
