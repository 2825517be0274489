"""How well the offline model tells questions it can answer from those it cannot: `python -m bench.answerable`.

Answerable: `data/everyday.jsonl` (who wrote it did not write the model); not answerable: `data/elsewhere.txt`.
Prints how often each is answered, and the weights that a fresh fit would give `agents/models/offline_lines.py`.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sklearn.linear_model import LogisticRegression

from agents.clock import CITY_ZONE
from agents.lookup import look_up, passages
from agents.models.offline_answers import answer
from agents.models.offline_lines import lines
from agents.understanding import focus_of
from knowledge import Library, open_embeddings, open_library
from tools import Call, Principal

DATA = Path(__file__).parent / "data"
BUNDLED = Path(__file__).parent.parent / "knowledge" / "bundled"
ASKER = Principal("bench", frozenset(("citizen",)))


@dataclass(frozen=True)
class Asked:
    """A question, the documents that answer it (none: nothing does), and what was found."""

    question: str
    documents: tuple[str, ...]
    sources: tuple[str, ...]
    found: Mapping[str, Any]


def main() -> None:
    """Open a library with the bundled bases in a temporary folder and ask everything once."""
    with tempfile.TemporaryDirectory() as folder:
        library = open_library(Path(folder), embeddings=open_embeddings("static"))
        for path in sorted(BUNDLED.glob("*/*.md")):
            library.add(path.read_bytes(), path.name, path.parent.name)
        asked = [_ask(library, question, documents) for question, documents in _questions()]
        library.close()
    for name, count in sorted(Counter(_outcome(each) for each in asked).items()):
        print(f"{name:45} {count}")
    _fit(asked)


def _questions() -> list[tuple[str, tuple[str, ...]]]:
    rows = [json.loads(row) for row in (DATA / "everyday.jsonl").read_text(encoding="utf-8").splitlines()]
    others = (DATA / "elsewhere.txt").read_text(encoding="utf-8").splitlines()
    known = [(row["question"], tuple(row["documents"])) for row in rows]
    return known + [(line, ()) for line in others if line and not line.startswith("#")]


def _ask(library: Library, question: str, documents: tuple[str, ...]) -> Asked:
    found = look_up(library, question, frozenset(), Call(ASKER, datetime.now(CITY_ZONE)))
    result = passages(found)
    for ref, passage in enumerate((*result["passages"], *result["expired"]), start=1):
        passage["ref"] = ref
    sources = tuple(f"{hit.document.base}/{hit.document.source_name}" for hit in found.hits)
    return Asked(question, documents, sources, result)


def _outcome(asked: Asked) -> str:
    kind = "answerable" if asked.documents else "not answerable"
    reply = answer(asked.question, asked.found)
    if not isinstance(reply, str):
        return f"{kind}: refused, {'pointing at a passage' if '[' in reply.text else 'nothing found'}"
    cited = {asked.sources[int(ref) - 1] for ref in re.findall(r"\[(\d+)\]", reply)}
    right = "right" if cited & set(asked.documents) else "another"
    return f"{kind}: answered from {right} document" if asked.documents else f"{kind}: answered"


def _fit(asked: list[Asked]) -> None:
    rows, wanted = [], []
    for each in asked:
        judged = lines(each.question, each.found["passages"], focus_of(each.question))
        right = bool(judged) and each.sources[judged[0].passage] in each.documents
        if judged and (right or not each.documents):
            titles = [passage["title"] for passage in each.found["passages"]]
            best = judged[0]
            rows.append((best.share, best.own, best.alike, titles.count(best.title) / len(titles)))
            wanted.append(right)
    head = LogisticRegression(C=10.0, class_weight="balanced").fit(rows, wanted)
    print("fresh fit of (1, share, own, alike, agreement):", head.intercept_.round(2), head.coef_[0].round(2))


if __name__ == "__main__":
    main()
