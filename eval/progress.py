"""How far a run is: a bar on a terminal, a line every ten seconds elsewhere, JSON lines for machines."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from typing import Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from .workers import Done

PLAIN_S = 10.0


class Meter:
    """Counts trials and shows them."""

    def __init__(self, total: int, style: str = "auto", out: TextIO | None = None) -> None:
        self._out = out or sys.stderr
        self._style = style if style != "auto" else "bar" if self._out.isatty() else "plain"
        self._total, self._started, self._said = total, time.monotonic(), time.monotonic()
        self.counts: Counter[str] = Counter()
        self._verticals: dict[str, Counter[str]] = {}
        self._bar: Progress | None = None
        self._task: Any = None

    def __enter__(self) -> Meter:
        if self._style == "bar":
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
            times = (TimeElapsedColumn(), TimeRemainingColumn())
            self._bar = Progress(*columns, *times, console=Console(file=self._out))
            self._bar.start()
            self._task = self._bar.add_task("评测", total=self._total)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
        elif self._style == "plain":
            self._say()

    def add(self, done: Done) -> None:
        """One more trial is done."""
        task = done.scores[0].passed if done.scores else None
        kind = done.trajectory.status if done.trajectory.status != "ok" else "passed" if task else "failed"
        self.counts[kind] += 1
        self._verticals.setdefault(done.trajectory.vertical, Counter())[kind] += 1
        if self._style == "json":
            trial = {
                "key": done.trajectory.key,
                "sample": done.trajectory.sample_id,
                "variant": done.trajectory.variant,
            }
            self._write(json.dumps({**trial, "result": kind, **self._figures()}, ensure_ascii=False))
        elif self._bar is not None:
            self._bar.update(self._task, advance=1, description=self._words())
        elif time.monotonic() - self._said >= PLAIN_S:
            self._say()

    def _figures(self) -> dict[str, Any]:
        return {"done": sum(self.counts.values()), "total": self._total, **self.counts}

    def _say(self) -> None:
        self._said = time.monotonic()
        done = sum(self.counts.values())
        rate = done / max(1e-9, time.monotonic() - self._started)
        left = f"，约剩 {(self._total - done) / rate:.0f} 秒" if done else ""
        self._write(f"{done}/{self._total} {self._words()}，每秒 {rate:.1f} 次{left}")

    def _words(self) -> str:
        counts = self.counts
        words = f"通过 {counts['passed']} 未过 {counts['failed']}"
        if counts["user_stuck"]:
            words += f" 卡住 {counts['user_stuck']}"
        return words + (f" 出错 {counts['errored']}" if counts["errored"] else "")

    def _write(self, line: str) -> None:
        self._out.write(line + "\n")
        self._out.flush()
