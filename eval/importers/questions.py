"""SQuAD, CMRC and RGB: passages that answer a question or do not; run through the front door as samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .records import Imported, bad_line, field, json_lines, json_whole

BASE = "government"


def squad(path: Path, answers: Path | None) -> Imported:
    """SQuAD 1.1, 2.0, CMRC 2018 and DRCD: each question with its own paragraph as the only new document."""
    whole = json_whole(path)
    data = whole.get("data") if isinstance(whole, dict) else whole
    if not isinstance(data, list):
        raise bad_line(path, 1, "没有 data 列表。", "请给出 SQuAD 格式的 JSON。")
    found, blank = [], []
    for article in data:
        for paragraph in article.get("paragraphs", ()):
            title = str(
                article.get("title") or paragraph.get("title") or paragraph.get("id") or article.get("id") or "段落"
            )
            for question in field(path, 1, paragraph, "qas"):
                texts = list(dict.fromkeys(str(each["text"]) for each in question.get("answers") or ()))
                name = str(question["id"])
                if not str(question["question"]).strip():
                    blank.append(f"{name}：题目是空的")
                    continue
                documents = [_document(f"p-{name}", title, str(paragraph["context"]))]
                found.append(_sample("SQUAD", name, str(question["question"]), documents, texts))
    return Imported(samples=tuple(found), left_out=tuple(blank))


def rgb(path: Path, answers: Path | None) -> Imported:
    """RGB: positive and negative passages as documents; where there are no positive ones, the answer is a refusal."""
    found = []
    for number, line in json_lines(path):
        name = str(field(path, number, line, "id"))
        positive, negative = list(_flat(line.get("positive"))), list(_flat(line.get("negative")))
        documents = [
            _document(f"{kind}{n}", f"资料{n + 1}", text)
            for kind, texts in (("p", positive), ("n", negative))
            for n, text in enumerate(texts)
        ]
        documents = [{**each, "title": f"资料{n + 1}"} for n, each in enumerate(documents)]
        accepted = field(path, number, line, "answer")
        sample = _sample("RGB", name, str(field(path, number, line, "query")), documents, ())
        sample["expect"] = _answered(_all_of(accepted)) if positive else _refused()
        found.append(sample)
    return Imported(samples=tuple(found))


def _sample(
    family: str, name: str, question: str, documents: Sequence[dict[str, Any]], texts: Sequence[str]
) -> dict[str, Any]:
    return {
        "schema": "sample/v1",
        "id": f"{family}.{_safe(name)}",
        "family": family,
        "vertical": "government",
        "kind": "normal",
        "title": question[:60],
        "why": "外部题目：衡量能否从给出的资料里答对",
        "split": "heldout",
        "source": {"origin": family, "upstream_id": name},
        "world": {"kb": {"add": list(documents)}},
        "actor": {"role": "anonymous"},
        "user": {"mode": "script", "turns": [question]},
        "expect": _answered([{"any": list(texts)}]) if texts else _refused(),
    }


def _answered(say: Sequence[Any]) -> dict[str, Any]:
    return {"reply": {"say": list(say)}, "outcome": {"is": "answered"}}


def _refused() -> dict[str, Any]:
    return {"outcome": {"is": "refused", "reason": "no_evidence"}}


def _document(name: str, title: str, text: str) -> dict[str, Any]:
    return {"id": _safe(name), "base": BASE, "title": title, "text": f"# {title}\n\n{text}"}


def _all_of(answer: Any) -> list[Any]:
    """RGB: a list of parts that must all occur; a part may itself be a list of wordings."""
    parts = answer if isinstance(answer, list) else [answer]
    return [{"any": [str(each) for each in part]} if isinstance(part, list) else str(part) for part in parts]


def _flat(texts: Any) -> Iterator[str]:
    for each in texts or ():
        if isinstance(each, str):
            yield each
        else:
            yield from _flat(each)


def _safe(name: str) -> str:
    kept = "".join(each if each.isascii() and (each.isalnum() or each in "_.-") else "-" for each in name)
    return kept if kept[:1].isalnum() else f"x{kept}"
