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
# A target that speaks of less than this of what is named is another one.
SPEAKS = 0.5
_AI = re.compile(r"(?<![A-Za-z])[Aa][Ii](?![A-Za-z])")
# What is asked of any target; and words that are noise for a catalogue of data, put out of the way of its pattern.
_ASKED_OF_ANY = re.compile(
    r"现状值?|当前值?|对比|进度|完成(?:情况|率)|差多少|记录|分别|(?:那|这)(?:一)?(?:块|方面|部分)|(?:三年)?行动|里面?|方面|要达到|预计|打算|准备|想|"
    r"(?:20)?2[5-7]年|[？?：:]"
)
_DATA_WORDS = re.compile(r"数据集|数据|公共|开放|共享|要素")
_KEPT = {
    "数据集": "\ue000\ue001\ue002",
    "数据": "\ue000\ue001",
    "公共": "\ue003\ue004",
    "开放": "\ue005\ue006",
    "共享": "\ue007\ue008",
    "要素": "\ue009\ue00a",
}
_BACK = dict(
    zip("\ue000\ue001\ue002\ue003\ue004\ue005\ue006\ue007\ue008\ue009\ue00a", "数据集公共开放共享要素", strict=True)
)
# What many targets have in their names.
_OF_ANY = frozenset((
    "产业", "规模", "数量", "企业", "服务", "经济", "数字", "发展", "建设", "应用", "管理", "城市", "平台", "中心",
    "全市", "领域", "水平", "比例", "增长", "新增", "收入", "总规", "营业", "一件", "件事",
))  # fmt: skip
# What a target measures: one that measures something else is another one.
_HEADS = ("规模", "收入", "比例", "率", "时延", "增加值", "排名", "基金")
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
    if found := _ID.findall(words):
        wanted = [f"K{int(number):02d}" for number in found]
        return sorted((each for each in rows if each.id in wanted), key=lambda each: wanted.index(each.id))
    if task := _TASK.search(words):
        return [each for each in rows if each.task == task.group(1)]
    words = _plain(words)
    fitting = _best(words, ((each, (each.name, each.said)) for each in rows), k)
    return [each for each in fitting if _speaks_of(each, words)] or _about(words, rows)[:k]


def near_targets(words: str, k: int = 4) -> list[Target]:
    """Targets that share a word of their own with what was asked for, the longest first; none of them is that."""
    runs = plan_topics(words)
    held = [(max((_shared(run, each.name) for run in runs), default=0), each) for each in bundled_targets()]
    best = max((size for size, _ in held), default=0)
    return [each for size, each in sorted(held, key=lambda pair: -pair[0]) if size >= max(2, best - 1)][:k]


def topics(words: str) -> list[str]:
    """What is left of a question about the plan or the catalogue without the asking: nothing, when nothing is named."""
    return [each for each in _AROUND.split(words) if len(each) > 1]


def plan_topics(words: str) -> list[str]:
    """The same for the plan alone, where 数据 is what many targets are about."""
    kept = _DATA_WORDS.sub(lambda match: _KEPT[match.group()], _ASKED_OF_ANY.sub(" ", _plain(words)))
    return ["".join(_BACK.get(letter, letter) for letter in run) for run in topics(kept)]


def _plain(words: str) -> str:
    """AI by its Chinese name, where it is not said of an agent that is one anyway."""
    return _AI.sub("" if "智能体" in words else "人工智能", words)


def overall_targets() -> list[Target]:
    """The targets of the whole plan."""
    return [each for each in bundled_targets() if each.task == "总体"]


def _speaks_of(target: Target, words: str) -> bool:
    """Whether a target speaks of what is named, not only of a 规模 or an 产业 like it."""
    if any(head in run and head not in f"{target.name}{target.said}" for run in plan_topics(words) for head in _HEADS):
        return False
    own = [pairs for run in plan_topics(words) if (pairs := _pairs(run))]
    said = f"{target.name}{target.said}"
    return not own or any(sum(pair in said for pair in pairs) / len(pairs) >= SPEAKS for pairs in own)


def _pairs(run: str) -> list[str]:
    """The pairs of letters of a run that tell one thing from another."""
    return [
        run[at : at + 2] for at in range(len(run) - 1) if not any(letters in _OF_ANY for letters in _around(run, at))
    ]


def _around(run: str, at: int) -> tuple[str, ...]:
    return (run[at : at + 2], run[max(0, at - 1) : at + 1], run[at + 1 : at + 3])


def _shared(run: str, name: str) -> int:
    """The length of the longest words that both hold and that are not said of anything."""
    sizes = [
        size
        for at in range(len(run))
        for size in range(2, len(run) - at + 1)
        if run[at : at + size] in name and _pairs(run[at : at + size])
    ]
    return max(sizes, default=0)


def _about(words: str, rows: Iterable[Target]) -> list[Target]:
    """The targets that speak of all that is named, counted in what is asked for (几家); those named so come first."""
    named = plan_topics(words)
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
