"""The materials that some words name, each with what is said of it: 申请书3页只扫了2页，执照2024年6月1日到期."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from .directory import bundled_directory

UNNAMED = "这份材料"
# What people call a material, and its name.
CALLED = {
    "租房合同": "租赁合同",
    "租约": "租赁合同",
    "租房协议": "租赁合同",
    "户口本": "户口簿",
    "授权书": "委托书",
    "健康证": "健康证明",
    "执照": "营业执照",
}
_COMMON = (
    "身份证 户口簿 租赁合同 劳动合同 营业执照 健康证明 委托书 体检证明 申请书 申请表 登记表 承诺书 房产证 结婚证 "
    "离婚证 出生证明 居住证 护照 毕业证 照片 发票 布局图"
)
# A paper is meant, whichever it is.
_ANY = re.compile(
    r"材料|资料|文件|证件|证书|证明|执照|许可证|合同|协议|表格|[申登]\S{0,4}表|书|复印件|原件|扫描件|单据|票据|凭证|页|份|签字|盖章"
)
_FORM = re.compile(r"(?:许可|登记|备案)?证?(?:的)?(申请书|申请表|登记表|复印件|原件)")
_MATTER = re.compile(r"(?:申领|办理|申请|续签|补办)?的?(?:申请)?(?:材料|资料|手续)")
_CLAUSE = re.compile(r"[，,。；;、！!？?\n]")
_UNTIL = re.compile(
    r"(?P<y>20\d{2})[年./-](?P<m>\d{1,2})[月./-](?P<d>\d{1,2})[日号]?(?=[^，,。；;]{0,6}(?:到期|过期|失效|截止|为止|止))"
    r"|(?:到期|有效期|过期)[^，,。；;\d]{0,8}(?P<y2>20\d{2})[年./-](?P<m2>\d{1,2})[月./-](?P<d2>\d{1,2})"
)


@dataclass(frozen=True)
class Paper:
    """A material by its name, and the words that speak of it."""

    name: str
    words: str


def papers_in(words: str) -> list[Paper]:
    """The materials that are named, each once, in their order, with the words from one to the next."""
    named = list(_named(words))
    starts = [0, *(_clause_start(words, at) for _, at in named[1:]), len(words)]
    found: dict[str, str] = {}
    for number, (name, _) in enumerate(named):
        found[name] = found.get(name, "") + words[starts[number] : starts[number + 1]]
    return [Paper(name, said) for name, said in found.items()]


def names_a_paper(words: str) -> bool:
    """Whether any paper is spoken of at all: a date by itself is none."""
    return bool(_ANY.search(words)) or bool(papers_in(words))


def until(words: str) -> date | None:
    """The day up to which a material is said to hold."""
    found = _UNTIL.search(words)
    if found is None:
        return None
    year, month, day = (int(found[name] or found[f"{name}2"]) for name in "ymd")
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _named(words: str) -> Iterator[tuple[str, int]]:
    """The names with where they begin; of two that overlap the longer."""
    spans: list[tuple[int, int]] = []
    for name in _names():
        for match in re.finditer(re.escape(name), words):
            if all(match.end() <= start or end <= match.start() for start, end in spans):
                spans.append(match.span())
    last = 0
    for start, end in sorted(spans):
        if start < last:
            continue
        # 居住证的材料: a matter and what it takes, no paper at hand.
        if _MATTER.match(words, end):
            continue
        form = _FORM.match(words, end)
        last = form.end() if form else end
        name = words[start:end]
        yield (f"{name}{form[1]}" if form else CALLED.get(name, name)), start


def _clause_start(words: str, at: int) -> int:
    return max((mark.end() for mark in _CLAUSE.finditer(words, 0, at)), default=0)


@cache
def _names() -> tuple[str, ...]:
    listed = {each.name for item in bundled_directory().all() for each in item.materials} - {"证明", "联系方式"}
    permits = {alias for item in bundled_directory().all() for alias in item.aliases if alias.endswith("证")}
    return tuple(sorted({*listed, *permits, *_COMMON.split(), *CALLED}, key=lambda name: (-len(name), name)))
