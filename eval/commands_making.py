"""`hanzhi eval init|new|scenarios|replay|play`: make samples, look at talks, write the page of families."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from .making import family_text, folder_with, sample_from
from .playing import play_sample, replay_trial
from .reading import load_samples
from .runner import load_results
from .scenarios import keep_standing, read_standing, scenarios_page, standing_of

Run = Annotated[Path, typer.Argument(help="运行目录。")]
PAGE = Path("docs/scenarios.md")


def add_making(app: typer.Typer) -> None:
    """Put the commands into the group."""
    for each in (init, new, scenarios, replay, play):
        app.command(each.__name__)(each)


def init(
    folder: Annotated[Path, typer.Argument(help="新建的样本目录。")],
    family: Annotated[str, typer.Option(help="第一个场景家族的编号。")] = "MY-01",
    vertical: Annotated[str, typer.Option(help="government、insurance、operations 或 development。")] = "government",
) -> None:
    """新建一个样本目录，里面有一个能直接运行的家族文件。"""
    path = folder_with(folder, family, family_text(family, vertical))
    typer.echo(f"已建立 {path}。改好以后检查：hanzhi eval lint {folder}")


def new(
    sample: Annotated[str, typer.Argument(help="新样本的编号，例如 MY-01.n2。")],
    from_run: Annotated[Path, typer.Option("--from-run", exists=True, help="从这次运行里取一段对话。")],
    trial: Annotated[str, typer.Option(help="哪一段：样本编号，或“编号@变体”。")],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="写到文件；不写则打印。")] = None,
) -> None:
    """把一段跑过的对话变成样本草稿：用户照原话说，预期是当时发生的，要人看过再用。"""
    text = sample_from(load_results(from_run), trial, sample)
    if out is None:
        typer.echo(text)
    else:
        out.write_text(text, encoding="utf-8")
        typer.echo(f"已写入 {out}。预期是当时发生的，不一定对：逐条看过，再运行 hanzhi eval lint {out}")


def scenarios(
    run: Annotated[Path | None, typer.Option(exists=True, help="用这次运行的成绩；不写则用上次留下的。")] = None,
    out: Annotated[Path, typer.Option("-o", "--out", help="写到哪里。")] = PAGE,
) -> None:
    """写出场景家族一览：每个家族证明什么，多少样本，成绩如何。"""
    if run is not None:
        keep_standing(standing_of(load_results(run)))
    out.write_text(scenarios_page(load_samples(), read_standing()), encoding="utf-8")
    typer.echo(f"已写入 {out}。")


def replay(
    run: Run,
    trial: Annotated[str, typer.Argument(help="样本编号，或“编号@变体”。")],
    step: Annotated[bool, typer.Option("--step", help="每一轮停一下，按回车继续。")] = False,
    again: Annotated[bool, typer.Option("--again", help="在新的服务上重跑一遍，指出第一处不同。")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="打印存下的原始记录。")] = False,
) -> None:
    """重放一段存下的对话；--again 重跑一遍并比较。"""
    found, told = replay_trial(run, trial, again=again)
    if as_json:
        typer.echo(json.dumps(found.trajectory.to_json(), ensure_ascii=False, indent=1))
        return
    for lines in told:
        typer.echo("\n".join(lines))
        if step:
            typer.prompt("回车继续", default="", show_default=False)


def play(
    sample: Annotated[str, typer.Argument(help="样本编号。")],
    model: Annotated[str, typer.Option("--model", help="对话模型。")] = "offline",
) -> None:
    """在样本设定的环境里由您来当用户；结束后给出评分。"""
    reading = load_samples()
    for line in play_sample(reading, sample, model, lambda: typer.prompt("您", default="", show_default=False)):
        typer.echo(line)
