"""CrossWOZ, CoNLL and BEIR-like folders: what a turn means, spans in a text, and documents for queries."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from .records import Component, Imported, bad_line, field, json_lines, json_whole, text_of


def crosswoz(path: Path, answers: Path | None) -> Imported:
    """CrossWOZ: for every user turn what was said before, and its acts as (act, domain, slot, value)."""
    found = []
    for name, dialogue in json_whole(path).items():
        history: list[str] = []
        for n, message in enumerate(field(path, 1, dialogue, "messages")):
            text = str(field(path, 1, message, "content"))
            if message.get("role") == "usr":
                acts = [list(map(str, act)) for act in message.get("dialog_act", ())]
                found.append(
                    Component("slots", f"{name}-{n}", {"history": list(history), "text": text}, {"acts": acts})
                )
            history.append(text)
    return Imported(components=tuple(found))


def conll(path: Path, answers: Path | None) -> Imported:
    """CoNLL: a token and its tag a line (BIO or BIOES), an empty line between texts; gives character spans."""
    found = []
    for n, (first, rows) in enumerate(_blocks(path), 1):
        tokens, tags = [row[0] for row in rows], [row[-1] for row in rows]
        try:
            spans = spans_of(tokens, tags)
        except ValueError as problem:
            raise bad_line(path, first, str(problem), "标签写成 B-类型、I-类型、E-类型、S-类型或 O。") from problem
        found.append(Component("spans", f"{path.stem}-{n}", {"text": "".join(tokens)}, {"spans": spans}))
    return Imported(components=tuple(found))


def beir(path: Path, answers: Path | None) -> Imported:
    """A BEIR-like folder: corpus.jsonl, queries.jsonl and qrels/*.tsv (or `answers`)."""
    corpus, queries = path / "corpus.jsonl", path / "queries.jsonl"
    for each in (corpus, queries):
        if not each.is_file():
            raise bad_line(each, 1, f"目录里没有 {each.name}。", "请给出含 corpus.jsonl、queries.jsonl、qrels 的目录。")
    tables = [answers] if answers else sorted((path / "qrels").glob("*.tsv"))
    grades: dict[str, dict[str, int]] = {}
    for table in tables:
        for query, document, grade in _judged(table):
            if grade > 0:
                grades.setdefault(query, {})[document] = grade
    known = {str(field(corpus, n, line, "_id")) for n, line in json_lines(corpus)}
    found = []
    for n, line in json_lines(queries):
        name = str(field(queries, n, line, "_id"))
        if missing := set(grades.get(name, ())) - known:
            raise bad_line(
                queries, n, f"{name} 的标准答案 {'、'.join(sorted(missing))} 不在 corpus 里。", "请核对 qrels。"
            )
        if name in grades:
            given = {"query": str(field(queries, n, line, "text")), "corpus": str(corpus)}
            found.append(Component("retrieval", name, given, {"grades": grades[name]}))
    return Imported(components=tuple(found))


def spans_of(tokens: Sequence[str], tags: Sequence[str]) -> list[list[object]]:
    """[start, end, type] in characters. Raises `ValueError` for a tag that is none."""
    spans: list[list[object]] = []
    place = 0
    open_type = ""
    for token, tag in zip(tokens, tags, strict=True):
        mark, _, kind = tag.partition("-")
        if mark not in ("B", "I", "E", "S", "M", "O") or (mark != "O" and not kind):
            raise ValueError(f"看不懂的标签 {tag}。")
        if mark == "O":
            open_type = ""
        elif mark in ("B", "S") or kind != open_type:
            spans.append([place, place + len(token), kind])
            open_type = "" if mark == "S" else kind
        else:
            spans[-1][1] = place + len(token)
            open_type = "" if mark == "E" else kind
        place += len(token)
    return spans


def _blocks(path: Path) -> Iterator[tuple[int, list[list[str]]]]:
    rows: list[list[str]] = []
    first = 1
    for number, line in enumerate([*text_of(path).splitlines(), ""], 1):
        parts = line.split("\t") if "\t" in line else line.split()
        if parts and parts[0] != "-DOCSTART-":
            if len(parts) < 2:
                raise bad_line(path, number, "只有一列。", "每行写：字 标签。")
            first = first if rows else number
            rows.append(parts)
        elif rows:
            yield first, rows
            rows = []


def _judged(table: Path) -> Iterator[tuple[str, str, int]]:
    with table.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.reader(file, delimiter="\t"), 1):
            if number == 1 and row and not row[-1].lstrip("-").isdigit():
                continue
            if len(row) < 3 or not row[-1].lstrip("-").isdigit():
                raise bad_line(table, number, "要有三列：query-id、corpus-id、score。", "用制表符隔开，第三列写整数。")
            yield row[0], row[-2], int(row[-1])
