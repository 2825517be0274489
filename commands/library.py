"""Looking after the knowledge base: `hanzhi knowledge …`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .counter import Counter, Token, Url, Who, open_counter, read_settings_here
from .errors import Stop
from .menu import App
from .saving import save_setting

if TYPE_CHECKING:
    from knowledge import QuestionSet

Name = Annotated[str, typer.Argument(help="向量模型，写法同设置 embedding；不写用设置里的。")]
Folder = Annotated[Path, typer.Argument(help="写到哪个目录；没有就建立。")]
Questions = Annotated[Path, typer.Argument(exists=True, help="题目：JSONL、SQuAD 文件（可为 .gz），或 BEIR 目录。")]
Save = Annotated[bool, typer.Option("--save", help="把结果写进当前目录的 hanzhi.toml。")]
Wait = Annotated[bool, typer.Option("--wait/--no-wait", help="等到换完为止，并显示进度。")]
_GROUP = 200


def status(url: Url = "", who: Who = "operator-1", token: Token = None) -> None:
    """知识库里有多少内容，用哪个向量模型，正在换什么。"""
    with open_counter(url, who, token) as counter:
        held = counter.get("/knowledge/status")
    print(f"文件 {held['documents']} 份，段落 {held['passages']} 个。")
    print(f"关键词索引 {held['keyword']} 段，向量索引 {held['vectors']} 段，向量模型 {held['embedding']}。")
    if job := held["replacing"]:
        print(f"正在换成 {job['source_name']}：{_progress(job)}（任务 {job['id']}）。")


def alike(url: Url = "", who: Who = "operator-1", token: Token = None) -> None:
    """列出内容几乎相同的文件：新旧版本，或重复上传。"""
    with open_counter(url, who, token) as counter:
        pairs = counter.get("/knowledge/alike")["pairs"]
    print(f"有 {len(pairs)} 对。")
    for pair in pairs:
        one, other = pair["document"], pair["other"]
        newer = {one["id"]: one, other["id"]: other}
        replaced = next((each for each in (one, other) if each["superseded_by"] in newer), None)
        note = f"，《{replaced['title']}》（{replaced['id']}）已由新版代替" if replaced else "，分不清新旧，请核对"
        print(f"{pair['share']:.0%} 相同：{_named(one)} 与 {_named(other)}{note}")


def reembed(
    embedding: Name = "",
    wait: Wait = True,
    save: Save = False,
    url: Url = "",
    who: Who = "operator-1",
    token: Token = None,
) -> None:
    """换一个向量模型：后台重算全部向量，算完前检索照用原来的；中断后接着算。"""
    configured = read_settings_here().embedding
    name = _absolute(embedding or configured)
    with open_counter(url, who, token) as counter:
        job = counter.post("/knowledge/reembed", json={"embedding": name})
        if not wait and not counter.remote:
            raise Stop("没有正在运行的服务，不能放到后台。请去掉 --no-wait，或先启动服务：hanzhi serve。")
        if wait:
            _follow(counter, job)
    print(f"检索现在用 {name}。" if wait else f"已在后台开始，任务 {job['id']}。查看进度：hanzhi knowledge status")
    if save:
        print(save_setting("embedding", name))
    elif name != _absolute(configured):
        print(f"请把设置 embedding（HANZHI_EMBEDDING）改成 {name}，否则服务下次启动时会换回 {configured}。")


def export_embedding(folder: Folder) -> None:
    """把自带的向量模型写成 sentence-transformers 能读的目录。"""
    from knowledge import export_static

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Stop(f"{folder} 已有内容。请换一个空目录。")
    export_static(folder)
    print(f"已写入 {folder}。可用设置 embedding=sentence-transformers:{folder.resolve()} 读取。")


def calibrate(
    questions: Questions, save: Save = False, url: Url = "", who: Who = "operator-1", token: Token = None
) -> None:
    """用知道答案在哪的题目测出关键词一侧的最佳权重。"""
    from knowledge import read_questions

    asked = read_questions(questions)
    if asked.documents:
        print(f"题目自带 {len(asked.documents)} 份文件，在临时知识库里测（不动您的知识库）。")
        found = _measured_apart(asked)
    else:
        with open_counter(url, who, token) as counter:
            files = {"file": (questions.name, questions.read_bytes())}
            found = counter.post("/knowledge/calibration", files=files, timeout=None)
    _show(found)
    best = found["best"]["weight"]
    if save:
        print(save_setting("keyword_weight", best) + "。重启服务后生效。")
    else:
        print(
            f"请设置 keyword_weight = {best}（或 HANZHI_KEYWORD_WEIGHT={best}），重启服务后生效；加 --save 代为写入。"
        )


def _measured_apart(asked: QuestionSet) -> dict[str, Any]:
    """The questions asked of their own documents, in a library that is thrown away."""
    from dataclasses import asdict
    from datetime import date

    from knowledge import Source, open_embeddings, open_library

    settings = read_settings_here()
    embeddings = open_embeddings(settings.embedding, settings.embedding_key.get_secret_value())
    with tempfile.TemporaryDirectory() as place:
        library = open_library(Path(place), embeddings=embeddings)
        try:
            sources = [Source(text.encode(), name, "questions") for name, text in asked.documents.items()]
            for start in range(0, len(sources), _GROUP):
                library.add_many(sources[start : start + _GROUP])
            return asdict(library.calibrate(asked.questions, date.today()))
        finally:
            library.close()


def _show(found: dict[str, Any]) -> None:
    print(f"{found['questions']} 道题。关键词权重、前五条命中率、MRR@10：")
    for each in found["measured"]:
        mark = "  ← 最佳" if each == found["best"] else ""
        print(f"  {each['weight']:4.2f}  {100 * each['recall_at_5']:6.2f} %  {each['mrr_at_10']:.4f}{mark}")


def _follow(counter: Counter, job: dict[str, Any]) -> None:
    """Show how far the job is until it ends."""
    shown = ""
    while job["state"] not in ("done", "failed"):
        counter.runner.run(asyncio.sleep(0.2))
        job = counter.get(f"/jobs/{job['id']}")
        if (words := _progress(job)) != shown:
            shown = words
            print(words, end="\r" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)
    if job["state"] == "failed":
        raise Stop(f"没有换成，检索仍用原来的向量。{job['problem']}")


def _progress(job: dict[str, Any]) -> str:
    return f"{job['done']}/{job['total']} 段" if job["total"] else "准备中"


def _named(document: dict[str, Any]) -> str:
    return f"《{document['title']}》（{document['source_name']}，{document['id']}）"


def _absolute(name: str) -> str:
    """A model folder given as seen from here is named as the server sees it."""
    kind, _, folder = name.partition(":")
    here = kind == "sentence-transformers" and folder and Path(folder).expanduser().is_dir()
    return f"{kind}:{Path(folder).expanduser().resolve()}" if here else name


knowledge = App("知识库的维护：换向量模型、校准检索、看状态和重复的文件。")
knowledge.add(status, alike, reembed, calibrate)
knowledge.add(export_embedding, name="export-embedding")
