"""Documents in and out of the knowledge base: search, ingest."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from .counter import Counter, Token, Url, Who, open_counter
from .errors import Stop

Count = Annotated[int, typer.Option("--k", "-k", min=1, max=50, help="最多几条。")]
Base = Annotated[str, typer.Option(help="知识库的名字，例如 government。")]
SeenBy = Annotated[str, typer.Option(help="public 公开，或 staff 仅工作人员。")]
Day = Annotated[str, typer.Option(help="看哪一天有效的内容，例如 2024-01-01；不写为今天。")]
Words = Annotated[str, typer.Argument(help="要找的话，放在引号里。")]
Paths = Annotated[list[Path], typer.Argument(help="文件、压缩包，或装有文件的目录。")]
# So many files are on their way at once: the server takes them in together.
_AHEAD = 100
_STATUS = {
    "in_force": "现行有效",
    "not_yet": "尚未生效",
    "expired": "已失效",
    "superseded": "已被代替",
    "draft": "草案",
}


def search(
    text: Words, k: Count = 5, base: Base = "", as_of: Day = "", url: Url = "", who: Who = "", token: Token = None
) -> None:
    """在知识库里查找段落；可以查某一天有效的内容。"""
    given = {name: value for name, value in (("base", base), ("as_of", as_of)) if value}
    with open_counter(url, who, token) as counter:
        found = counter.get("/knowledge/search", q=text, k=k, **given)
    print(f"找到 {len(found['hits'])} 段有效的，{len(found['expired'])} 段失效的。")
    for hit in [*found["hits"], *found["expired"]]:
        place, words = " > ".join(hit["passage"]["heading_path"]), hit["passage"]["text"]
        status = _STATUS.get(hit["status"], hit["status"])
        print(f"{hit['score']:.2f} 《{hit['document']['title']}》{place}（{status}）\n     {words[:120]}")


def ingest(
    paths: Paths, base: Base, visibility: SeenBy = "public", url: Url = "", who: Who = "operator-1", token: Token = None
) -> None:
    """把文件放进知识库；有一个失败，退出码就是 1。"""
    failed = 0
    with open_counter(url, who, token) as counter:
        files = list(_files(paths))
        for number, lines in enumerate(_added(counter, files, base, visibility), start=1):
            for line in lines:
                print(line)
                failed += line.startswith("✗")
            if sys.stderr.isatty():
                print(f"{number}/{len(files)}", end="\r", file=sys.stderr, flush=True)
    if failed:
        raise Stop(f"有 {failed} 个文件没有入库，原因见上。")


@dataclass(frozen=True)
class _File:
    """A file to take in, and the name it has in the knowledge base: its path in the folder that was given."""

    path: Path
    name: str


def _files(paths: Sequence[Path]) -> Iterator[_File]:
    from knowledge import SUFFIXES

    for path in paths:
        inside = sorted(each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES and each.is_file())
        # The server keeps the bare name of a path, so that of a folder in a folder is written without its slash.
        named = [_File(each, "／".join(each.relative_to(path).parts)) for each in inside]
        yield from named if path.is_dir() else [_File(path, path.name)]


def _added(counter: Counter, files: Sequence[_File], base: str, visibility: str) -> Iterator[Iterator[str]]:
    """What became of each file, in order; later ones are on their way meanwhile."""
    waiting: deque[tuple[_File, dict[str, Any] | str]] = deque()
    for file in files:
        waiting.append((file, _sent(counter, file, base, visibility)))
        if len(waiting) >= _AHEAD:
            yield _told(counter, *waiting.popleft())
    while waiting:
        yield _told(counter, *waiting.popleft())


def _sent(counter: Counter, file: _File, base: str, visibility: str) -> dict[str, Any] | str:
    """The job of a file, or in words why there is none."""
    try:
        form, files = {"base": base, "visibility": visibility}, {"file": (file.name, file.path.read_bytes())}
        return counter.post("/knowledge/documents", data=form, files=files)
    except (Stop, OSError) as problem:
        return str(problem) if isinstance(problem, Stop) else "没有这个文件，或者不能读。请检查路径。"


def _told(counter: Counter, file: _File, job: dict[str, Any] | str) -> Iterator[str]:
    try:
        yield from [f"✗ {file.path}  {job}"] if isinstance(job, str) else _ended(counter, job, str(file.path))
    except Stop as problem:
        yield f"✗ {file.path}  {problem}"


def _ended(counter: Counter, job: dict[str, Any], name: str) -> Iterator[str]:
    while job["state"] not in ("done", "failed"):
        counter.runner.run(asyncio.sleep(0.1))
        job = counter.get(f"/jobs/{job['id']}")
    for inside in [counter.get(f"/jobs/{part}") for part in job["parts"]]:
        yield from _ended(counter, inside, inside["source_name"])
    if job["state"] == "failed":
        yield f"✗ {name}  {job['problem']}"
    elif not job["parts"]:
        document = counter.get(f"/knowledge/documents/{job['document_id']}")
        yield f"✓ {name}  {document['id']} 《{document['title']}》 {len(document['passages'])} 段"
        for other in document["alike"]:
            yield f"  · 与《{other['title']}》（{other['id']}）有 {other['share']:.0%} 相同，请核对是不是同一份文件"
