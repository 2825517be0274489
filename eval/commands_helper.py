"""What a language model at an endpoint adds: options for a user it plays, and `hanzhi eval judge`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from .endpoint import Endpoint, open_endpoint
from .errors import EvalError
from .importers import json_lines
from .judge import Judgement, calibration, judged, judgements_in, preferred, to_line
from .paired import mcnemar
from .runner import JUDGEMENTS, load_results, score_run

HelperUrl = Annotated[
    str, typer.Option(envvar="HANZHI_EVAL_URL", help="扮演用户、当评审的大模型的地址，以 /v1 结尾；不影响把关。")
]
HelperName = Annotated[str, typer.Option(envvar="HANZHI_EVAL_NAME", help="它在那里的模型名。")]
HelperKey = Annotated[
    Path | None,
    typer.Option(envvar="HANZHI_EVAL_KEY_FILE", exists=True, help="里面是密钥的文件；密钥不写在命令里，也不存。"),
]
PREFERENCES = "preferences.jsonl"


def add_helper(app: typer.Typer) -> None:
    """Put the command beside the others."""
    app.command("judge")(judge)


def open_helper(url: str, name: str, key: Path | None) -> Endpoint | None:
    """The endpoint that options describe; the key stands in a file: a command line can be seen by others."""
    return open_endpoint(url, name, key.read_text(encoding="utf-8").strip() if key else "")


def judge(
    run: Annotated[Path, typer.Argument(help="运行目录。")],
    against: Annotated[
        Path | None, typer.Option(help="另一次运行：两边答复不同的样本，问哪个更好，正反各问一次。")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(exists=True, help="人的标注，每行一个 JSON：key 和 answers（yes 或 no）。")
    ] = None,
    helper_url: HelperUrl = "",
    helper_name: HelperName = "",
    helper_key: HelperKey = None,
) -> None:
    """请大模型评审一次运行的答复；结果存进运行目录，只作参考，不把关。"""
    if labels is not None:
        typer.echo(_calibrated(run, labels))
        return
    endpoint = open_helper(helper_url, helper_name, helper_key)
    if endpoint is None:
        raise EvalError("没有给出大模型接口。请加 --helper-url（以 /v1 结尾）和 --helper-name。")
    typer.echo(_compared(run, against, endpoint) if against else _judged(run, endpoint))


def _judged(run: Path, endpoint: Endpoint) -> str:
    """Judge what this model has not judged yet; each answer is on disk before the next is asked for."""
    results, path = load_results(run), run / JUDGEMENTS
    known = {key for key, each in judgements_in(path).items() if each.judge == endpoint.name}
    with path.open("a", encoding="utf-8") as file:
        for found in judged([each for each in results.real if each.trajectory.key not in known], endpoint):
            file.write(to_line(found))
            file.flush()
    score_run(run)
    return _told(judgements_in(path).values())


def _told(said: Collection[Judgement]) -> str:
    lines = []
    for name, title in (("answers", "答到了"), ("supported", "有依据")):
        words = Counter(getattr(each, name) for each in said)
        lines.append(f"{title}：是 {words['yes']}，否 {words['no']}，说不准 {words['unsure']}")
    return "\n".join([*lines, "大模型的评审只作参考，不把关。"])


def _compared(run: Path, against: Path, endpoint: Endpoint) -> str:
    found = list(preferred(load_results(against), load_results(run), endpoint))
    (run / PREFERENCES).write_text("".join(map(to_line, found)), encoding="utf-8")
    words = Counter(each.better for each in found)
    test = mcnemar(words["a"], words["b"])
    swayed = sum(each.orders[0] != each.orders[1] for each in found)
    return (
        f"答复不同的 {len(found)} 个：{against.name} 更好 {words['a']}，{run.name} 更好 {words['b']}，"
        f"不分上下 {words['tie']}（其中 {swayed} 个换了顺序说法就变）；p = {test.p:.3f}。只作参考，不把关。"
    )


def _calibrated(run: Path, labels: Path) -> str:
    found = calibration(judgements_in(run / JUDGEMENTS), [line for _, line in json_lines(labels)])
    each = found.kappa
    word = "达到了把关所需的一致程度" if found.suffices else "没有达到把关所需的一致程度（至少 100 条，κ 区间下限 0.7）"
    told = f"κ = {each.point:.2f}（{each.low:.2f}–{each.high:.2f}），{each.n} 条，评审说不准 {found.abstained} 条"
    return f"{told}：{word}。评审在这里一律不把关。"
