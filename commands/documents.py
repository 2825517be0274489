"""Documents in and out of the knowledge base: search, ingest."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from .counter import Counter, Token, Url, Who, open_counter
from .errors import Stop

Count = Annotated[int, typer.Option(min=1, max=50, help="最多几条。")]
Base = Annotated[str, typer.Option(help="知识库的名字，例如 government。")]
SeenBy = Annotated[str, typer.Option(help="public 公开，或 staff 仅工作人员。")]
Paths = Annotated[list[Path], typer.Argument(help="文件、压缩包，或装有文件的目录。")]


def search(text: str, k: Count = 5, base: Base = "", url: Url = "", who: Who = "", token: Token = None) -> None:
    """在知识库里查找段落。"""
    with open_counter(url, who, token) as counter:
        found = counter.get("/knowledge/search", q=text, k=k, **({"base": base} if base else {}))
    print(f"找到 {len(found['hits'])} 段有效的，{len(found['expired'])} 段失效的。")
    for hit in [*found["hits"], *found["expired"]]:
        place, words = " > ".join(hit["passage"]["heading_path"]), hit["passage"]["text"]
        print(f"{hit['score']:.2f} 《{hit['document']['title']}》{place}（{hit['status']}）\n     {words[:120]}")


def ingest(
    paths: Paths, base: Base, visibility: SeenBy = "public", url: Url = "", who: Who = "operator-1", token: Token = None
) -> None:
    """把文件放进知识库；有一个失败，退出码就不是 0。"""
    failed = 0
    with open_counter(url, who, token) as counter:
        for path in _files(paths):
            for line in _add(counter, path, base, visibility):
                print(line)
                failed += line.startswith("✗")
    if failed:
        raise Stop(f"有 {failed} 个文件没有入库，原因见上。")


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    from knowledge import SUFFIXES

    for path in paths:
        inside = sorted(each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES)
        yield from inside if path.is_dir() else [path]


def _add(counter: Counter, path: Path, base: str, visibility: str) -> Iterator[str]:
    try:
        form, files = {"base": base, "visibility": visibility}, {"file": (path.name, path.read_bytes())}
        yield from _ended(counter, counter.post("/knowledge/documents", data=form, files=files), str(path))
    except (Stop, OSError) as problem:
        yield f"✗ {path}  {problem if isinstance(problem, Stop) else '没有这个文件，或者不能读。请检查路径。'}"


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
