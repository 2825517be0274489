"""What words give for a slot that asks why (a reason, a purpose, a basis): neither a refusal nor the bare command."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from tools import Slot

from .words import subject

_WHY = re.compile(r"原因|理由|依据|用途|目的")
_PURPOSE = re.compile(r"用途|目的")
_THING = r"[^，,。；;（(、！!\s]{2,40}"
_FOR = re.compile(
    rf"(?:用途|目的|用处)(?:是|为|：|:|写)?\s*(?P<a>{_THING})|(?:用于|用来|用作|为了|拿来|拿去|(?<!叫)做)做?(?:一?[个款])?(?P<b>{_THING})"
    rf"|(?P<c>(?:研究|分析|开展|训练){_THING})"
)
_CLAUSE = re.compile(r"[^，,。；;！!？?\n]+")
_CODE = re.compile(r"(?:WH|GD|BJ|SJ|DS)\s?\d[\d ]{3,}|⟦[^⟧]*⟧", re.IGNORECASE)
_POINTED = re.compile(r"[^，,。；;]{0,20}的?[那这](?:一)?[单件个张条桩起](?:案件|案子|工单|单子)?")
_ACTS = re.compile(
    r"建个?单|录个?单|开个?单|新建|登个?记|预约|约个号|约号|取个?号|排个?号|约|填个?表|填|个事|事儿|事情|退回|退掉|退给|打回|发回|退|派给|改派|派遣|派发|派|交给|转给|送回|重新|重做|再次|提交|申请|上报|结案|办结|办理|处理|处置|执行|操作|确认"
    r"|就这样|这样|赶紧|赶快|马上|立刻|快点|直接|尽管|你们|他们|她们|我们|人家|部门|单位|给我|帮我|替我|让|叫|把|给|请|就|先|再|去|办|弄|搞|报|结|吧|了|呗|哈|嘛|啊"
)
_SURELY = r"(?:真的?|就|也|都|还|我|这个|实在|确实|暂时|现在|目前|反正|根本)*"
_NOT = r"(?:没有?|没得|冇得?|无|不用|不要|不必|不需要?|不想|不愿意?|不|别|免|懒得)"
_ANY = r"(?:再|什么|啥|别的|其他的?|其它的?|新的?|任何|更多的?|特别的?|额外的?|可|好)*"
_TELL = r"(?:写明|写|填|说明|说|讲|提供|补充|补|给|拍|照|传|发|交代|解释|列|附|有|带)?"
_LEAST = 2


def asks_why(slot: Slot) -> bool:
    """Whether a slot asks for a reason, a purpose or a basis."""
    return slot.kind == "text" and bool(_WHY.search(slot.label))


def worded(slot: Slot, text: str, title: str, examples: Sequence[str], *, asked: bool) -> str | None:
    """The words a text gives for a free-text slot, without clauses that refuse; None when nothing is given."""
    clauses = [match.group(0).strip() for match in _CLAUSE.finditer(text)]
    if any(_refuses(slot, each) for each in clauses):
        clauses = [each for each in clauses if each and not _refuses(slot, each)]
        text = "，".join(clauses)
    if not asks_why(slot):
        return text or None
    purpose = _FOR.search(text) if _PURPOSE.search(slot.label) else None
    if purpose:
        return next(each for each in purpose.groups() if each)
    if _PURPOSE.search(slot.label) and not asked:
        return None
    return text if beyond(text, title, () if asked else tuple(examples)) else None


def _refuses(slot: Slot, clause: str) -> bool:
    """没有别的依据, 不用写原因, 照片没拍: that nothing will be given."""
    label = re.sub(r"（.*?）", "", slot.label)
    thing = f"(?:{re.escape(label)}|{re.escape(label[-2:])}|原因|理由|[写说讲]的|这个|东西)"
    tail = r"(?:了|的|啊|呢|吧|嘛|哈)*"
    first = rf"{_SURELY}{_NOT}{_ANY}{_TELL}(?:了|过)?{_ANY}{thing}?{tail}"
    after = rf"{thing}{_SURELY}{_NOT}{_ANY}{_TELL}{tail}"
    return bool(re.fullmatch(f"{first}|{after}", re.sub(r"\s", "", clause)))


def beyond(text: str, title: str, examples: tuple[str, ...]) -> bool:
    """Whether words say more than the command: what most of the tool's own examples say, a number, the thing meant."""
    rest = _POINTED.sub("，", _CODE.sub("，", text))
    for words in (*_usual(examples), *(title[at : at + 2] for at in range(len(title) - 1))):
        rest = rest.replace(words, "，")
    return len("".join(subject(_ACTS.sub("，", rest)))) >= _LEAST


@lru_cache(maxsize=256)
def _usual(examples: tuple[str, ...]) -> tuple[str, ...]:
    """The pairs of characters that nearly a third of the examples share."""
    counts = Counter(
        pair
        for example in examples
        for pair in {example[at : at + 2] for at in range(len(example) - 1)}
        if pair.isalpha() and not pair.isascii()
    )
    return tuple(sorted(pair for pair, count in counts.items() if count > 0.3 * len(examples)))
