"""A cross-encoder reads the question together with each of the best passages and orders them anew. Off by default."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from .errors import RerankerUnavailable
from .records import Hit

MOST = 20
_PAUSE_S = 60.0
_log = logging.getLogger(__name__)
_NO_MODEL = (
    "重排模型 {0} 打不开：{1}。请检查设置 reranker：目录要完整；按名称使用的模型要先用 hf download {0} 下载到本机。"
)


class Judge(Protocol):
    """Says how well texts answer a question."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """A number in [0, 1] for each text."""
        ...


class FolderJudge:
    """Any sentence-transformers `CrossEncoder` with one score, by folder or name; torch is imported on first use."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._model: Any = None
        self._opening = threading.Lock()

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """The model's score for each text; raises `RerankerUnavailable` when it cannot be opened."""
        from torch.nn import Sigmoid

        pairs = [(question, text) for text in texts]
        found = self._loaded().predict(pairs, activation_fn=Sigmoid(), show_progress_bar=False)
        return [float(each) for each in found]

    def _loaded(self) -> Any:
        with self._opening:
            if self._model is None:
                self._model = self._open()
        return self._model

    def _open(self) -> Any:
        from sentence_transformers import CrossEncoder

        try:
            model = CrossEncoder(self._folder, device="cpu", local_files_only=True)
        except (OSError, ValueError) as problem:
            raise RerankerUnavailable(_NO_MODEL.format(self._folder, problem)) from problem
        if model.num_labels != 1:
            raise RerankerUnavailable(_NO_MODEL.format(self._folder, f"它给出 {model.num_labels} 个分数，要的是 1 个"))
        return model


class Reranker:
    """Orders the best hits by a judge; while there is none to be had, they keep their order."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._not_before = 0.0

    def __call__(self, question: str, hits: Sequence[Hit]) -> list[Hit]:
        """The hits, the first `MOST` of them in the judge's order and with its scores; the others come below."""
        best, rest = list(hits[:MOST]), hits[MOST:]
        if not best or time.monotonic() < self._not_before:
            return list(hits)
        try:
            judged = self._judge.scores(question, [_words(each) for each in best])
        except RerankerUnavailable as problem:
            _log.warning("search goes without reranking for %.0f s: %s", _PAUSE_S, problem)
            self._not_before = time.monotonic() + _PAUSE_S
            return list(hits)
        scored = [replace(hit, score=score) for hit, score in zip(best, judged, strict=True)]
        scored.sort(key=lambda hit: (-hit.score, hit.passage.id))
        return [*scored, *(replace(hit, score=hit.score * scored[-1].score) for hit in rest)]


def _words(hit: Hit) -> str:
    return f"{hit.document.title} {' '.join(hit.passage.heading_path)}\n{hit.passage.text}"
