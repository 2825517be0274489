"""The catalogue of public data (invented rows) and the targets of the plan (sourced rows)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .directory import fit

DATA = Path(__file__).parent / "data"
SHARING: Mapping[str, str] = {"open": "无条件共享", "conditional": "有条件共享", "denied": "不予共享"}
FITS = 0.3
_ID = re.compile(r"(?<![A-Za-z])[Kk]\s?(\d{1,2})(?!\d)")
_DATASET = re.compile(r"DS\d{4}", re.IGNORECASE)
_TASK = re.compile(r"任务\s?(\d{1,2})")
# What a question about a plan or a catalogue consists of beside the thing it is about.
_AROUND = re.compile(
    r"到?(?:20)?2[5-7]年(?:底|末|前)?|武汉市?|我们市?|全市|(?:数字经济)?(?:实施)?方案|规划|计划|数字经济|指标|目标值?|数值|任务"
    r"|公共|开放|数据集?|目录|共享|数量|总数|总共|一共|多少|几多|好多|几个|有没有|有冇得|有没得|是不是|什么|哪些|哪个|哪项|哪一|怎么|帮我|帮忙"
    r"|请问|一下|那个|这个|达到|做到|做成|建成|建设|搞出来|发展|培育|打造|完成|实现|需要|想要|申请|使用|查询|查找|列出"
    r"|[，,。；;：:！!？?、“”\"\s]|[个家项条座份几要想查找看问请我到达建搞有是的了吗呢么啊里在定得用给把说出来会能可]"
)
_COUNTED = re.compile(r"(?:多少|几多|好多|几)\s?(家|个|条|亿|毫秒|台)")


@dataclass(frozen=True)
class Dataset:
    """One entry of the catalogue; never the data itself."""

    id: str
    title: str
    provider: str
    sharing: str
    cycle: str
    keywords: tuple[str, ...]
    demo: bool = True

    @property
    def sharing_name(self) -> str:
        """The sharing class in Chinese."""
        return SHARING[self.sharing]


@dataclass(frozen=True)
class Target:
    """One target of the plan, in the plan's own terms; nothing published says how far it has come."""

    id: str
    task: str
    name: str
    value: str
    unit: str
    type: str
    stated_2027: str
    said: str


def search_datasets(words: str, k: int = 5) -> list[Dataset]:
    """The datasets some words fit, best first."""
    if found := _DATASET.search(words):
        return [each for each in bundled_datasets() if each.id == found.group(0).upper()]
    return _best(words, ((each, (each.title, *each.keywords)) for each in bundled_datasets()), k)


def search_targets(words: str, k: int = 5) -> list[Target]:
    """The targets with this id, of this task, or with these words in their name, best first."""
    rows = bundled_targets()
    if found := _ID.search(words):
        return [each for each in rows if each.id == f"K{int(found.group(1)):02d}"]
    if found := _TASK.search(words):
        return [each for each in rows if each.task == found.group(1)]
    return _best(words, ((each, (each.name, each.said)) for each in rows), k) or _about(words, rows)[:k]


def topics(words: str) -> list[str]:
    """What is left of a question about the plan or the catalogue without the asking: nothing, when nothing is named."""
    return [each for each in _AROUND.split(words) if len(each) > 1]


def overall_targets() -> list[Target]:
    """The targets of the whole plan."""
    return [each for each in bundled_targets() if each.task == "总体"]


def _about(words: str, rows: Iterable[Target]) -> list[Target]:
    """The targets that speak of all that is named, counted in what is asked for (几家); those named so come first."""
    named = topics(words)
    unit = _COUNTED.search(words)
    fitting = [each for each in rows if named and all(topic in f"{each.name}{each.said}" for topic in named)]
    counted = [each for each in fitting if unit and unit.group(1) in each.unit]
    counted = counted or [each for each in fitting if "数量" in words and each.unit[:1] not in ("%", "定")]
    return sorted(counted or fitting, key=lambda each: not all(topic in each.name for topic in named))


def _best(words: str, rows: Iterable[tuple[Any, tuple[str, ...]]], k: int) -> list[Any]:
    scored = [(fit(words, names), number, row) for number, (row, names) in enumerate(rows)]
    kept = sorted((each for each in scored if each[0] >= FITS), key=lambda each: (-each[0], each[1]))
    top = kept[0][0] if kept else 0.0
    return [row for score, _, row in kept if score >= top / 2][:k]


@cache
def bundled_datasets() -> tuple[Dataset, ...]:
    """The invented catalogue."""
    rows = json.loads((DATA / "datasets.json").read_text(encoding="utf-8"))["datasets"]
    return tuple(Dataset(**{**row, "keywords": tuple(row["keywords"])}) for row in rows)


@cache
def bundled_targets() -> tuple[Target, ...]:
    """The 43 targets of the plan."""
    rows = json.loads((DATA / "targets.json").read_text(encoding="utf-8"))["targets"]
    return tuple(Target(**row) for row in rows)
