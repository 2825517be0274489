"""The run folder: a manifest, frozen samples, append-only trials and scores. What is written once stays."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from filelock import FileLock, Timeout

from .building import build_sample
from .errors import BadRun
from .sample import Sample
from .trajectory import Score, Trajectory

MANIFEST, SAMPLES, EVENTS, SCORES, SUMMARY = (
    "manifest.json", "samples.jsonl", "events.jsonl", "scores.jsonl", "summary.json",
)  # fmt: skip


@dataclass
class Run:
    """A run folder that is open; `writing` holds its lock so that no second process writes to it."""

    folder: Path
    _lock: FileLock | None = None

    @property
    def manifest(self) -> dict[str, Any]:
        """What the run is made of."""
        found: dict[str, Any] = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
        return found

    def change_manifest(self, **values: Any) -> None:
        """Change some fields of the manifest, in one step."""
        _write_whole(self.folder / MANIFEST, {**self.manifest, **values})

    def done(self) -> dict[str, str]:
        """Key → status of the newest attempt."""
        return {each["key"]: each["status"] for each in _lines(self.folder / EVENTS)}

    def add_samples(self, versions: Iterable[Mapping[str, Any]]) -> None:
        """Freeze the samples that are run, as they are run."""
        known = {(each["id"], each["variant"], each["hash"]) for each in _lines(self.folder / SAMPLES)}
        new = [each for each in versions if (each["id"], each["variant"], each["hash"]) not in known]
        _append(self.folder / SAMPLES, new)

    def add(self, trajectory: Trajectory, scores: Iterable[Score]) -> None:
        """Append one trial and its scores; on disk before this returns. The trial goes last: it makes the key done."""
        _append(self.folder / SCORES, [each.to_json() for each in scores])
        _append(self.folder / EVENTS, [trajectory.to_json()])

    def replace_scores(self, scores: Iterable[Score]) -> None:
        """Append the scores of a re-scoring; the newest of a key and scorer counts."""
        _append(self.folder / SCORES, [each.to_json() for each in scores])

    def trajectories(self) -> Iterator[Trajectory]:
        """The newest attempt of every key, one at a time."""
        newest = {each["key"]: number for number, each in enumerate(_lines(self.folder / EVENTS))}
        wanted = set(newest.values())
        for number, line in enumerate(_lines(self.folder / EVENTS)):
            if number in wanted:
                yield Trajectory.from_json(line)

    def scores(self) -> list[Score]:
        """The newest score of every key and scorer."""
        found: dict[tuple[str, str], Score] = {}
        for line in _lines(self.folder / SCORES):
            score = Score.from_json(line)
            found[score.key, score.scorer] = score
        return list(found.values())

    def sample_lines(self) -> list[dict[str, Any]]:
        """The frozen samples as they are stored."""
        return list(_lines(self.folder / SAMPLES))

    def samples(self) -> dict[tuple[str, str], Sample]:
        """(id, variant) → the frozen sample."""
        return {
            (each["id"], each["variant"]): build_sample(each["plain"], each["file"], each["line"], each["variant"])
            for each in _lines(self.folder / SAMPLES)
        }

    def __enter__(self) -> Run:
        lock = FileLock(self.folder / "run.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise BadRun(f"另一个进程正在写 {self.folder}。请等它结束，或换一个目录。") from None
        self._lock = lock
        _cut_torn_line(self.folder / EVENTS)
        _cut_torn_line(self.folder / SCORES)
        _cut_torn_line(self.folder / SAMPLES)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lock is not None:
            self._lock.release()


def create_run(folder: Path, manifest: Mapping[str, Any]) -> Run:
    """A new run folder. Raises `BadRun` when there is one already."""
    if (folder / MANIFEST).exists():
        raise BadRun(f"{folder} 已是一次运行。要接着跑请用 --resume {folder}，否则换一个目录。")
    folder.mkdir(parents=True, exist_ok=True)
    _write_whole(folder / MANIFEST, manifest)
    return Run(folder)


def open_run(folder: Path) -> Run:
    """A run folder that exists. Raises `BadRun`."""
    if not (folder / MANIFEST).is_file():
        raise BadRun(f"{folder} 不是运行目录（没有 {MANIFEST}）。请给出 hanzhi eval run 建立的目录。")
    return Run(folder)


def new_manifest(**values: Any) -> dict[str, Any]:
    """A manifest: what is given, the commit, the machine, the time."""
    return {
        "schema": "run/v1",
        "started_at": now(),
        "ended_at": None,
        "complete": False,
        "git": _git(),
        "machine": {
            "python": sys.version.split()[0],
            "system": platform.platform(),
            "cpus": os.cpu_count(),
            "load": list(os.getloadavg()) if hasattr(os, "getloadavg") else None,
        },
        **values,
    }


def now() -> str:
    """The present time as it is stored."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _git() -> dict[str, Any]:
    root = Path(__file__).resolve().parent.parent

    def ask(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)  # noqa: S603, S607
        return done.stdout.strip() if done.returncode == 0 else ""

    commit = ask("rev-parse", "HEAD")
    return {"commit": commit, "dirty": bool(ask("status", "--porcelain", "--untracked-files=no"))} if commit else {}


def _append(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """Append whole lines and have them on disk."""
    data = "".join(json.dumps(each, ensure_ascii=False, separators=(",", ":")) + "\n" for each in lines)
    if data:
        with path.open("ab") as file:
            file.write(data.encode())
            file.flush()
            os.fsync(file.fileno())


def _write_whole(path: Path, value: Mapping[str, Any]) -> None:
    made = path.with_suffix(".new")
    made.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    made.replace(path)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):  # a last line without its end was being written when the process died
                yield json.loads(line)


def _cut_torn_line(path: Path) -> None:
    """Take away a last line that was not written to its end."""
    if not path.exists():
        return
    with path.open("rb+") as file:
        data = file.read()
        whole = data.rfind(b"\n") + 1
        if whole != len(data):
            file.truncate(whole)
