"""`hanzhi eval …`: a group of commands over samples and runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from .errors import EvalError
from .reading import read_samples

app = typer.Typer(
    help="评测：样本、运行、评分、报告。", no_args_is_help=True, add_completion=False, rich_markup_mode=None
)
Paths = Annotated[list[Path] | None, typer.Argument(help="样本文件或目录；不写用自带的样本。")]


@app.callback()
def _group() -> None:
    """评测：样本、运行、评分、报告。"""


@app.command()
def lint(paths: Paths = None) -> None:
    """检查样本文件；有问题时逐条说明位置和改法，退出码 2。"""
    reading = read_samples(paths or ())
    for finding in reading.findings:
        typer.echo(f"✗ {finding}")
    typer.echo(f"{len(reading.samples)} 个样本，{len(reading.families)} 个家族，{len(reading.findings)} 处问题。")
    if reading.findings:
        raise typer.Exit(2)


def main(arguments: Sequence[str]) -> int:
    """Run one command; what the user can mend is one message on stderr."""
    try:
        code = app(list(arguments), standalone_mode=False, prog_name="eval")
    except EvalError as problem:
        typer.echo(str(problem), err=True)
        return 2
    except typer.Exit as leaving:
        return leaving.exit_code
    except Exception as problem:
        if not hasattr(problem, "format_message"):
            raise
        typer.echo(problem.format_message(), err=True)
        return 2
    return int(code or 0)


__all__ = ["app", "main"]
