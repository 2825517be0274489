"""What a message says beside the act it is for: reason, basis, opinion, each in its own slot, no word of the command.

WH… 退回，不归我们管，依据 权属单位是电力公司: the reason is 不归我们管, the basis 权属单位是电力公司.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from tools import Slot, ToolSpec

from .measures import counts_in
from .numerals import numbers_in
from .reasons import beyond, worded
from .slots import find, wants_pictures
from .weighing import IDENTIFIERS

# What leads in to a slot's words, by what its label holds; the second kind only where 是 or a colon follows.
_CUES = (
    (re.compile(r"原因|理由"), "主要原因|原因|理由|缘由|因为|由于", ""),
    (re.compile(r"依据"), "依据|根据", "条目"),
    (re.compile(r"用途|目的"), "用途|用处|目的", "用来"),
    (re.compile(r"内容|答复"), "内容", "正文|文字|答复"),
    (re.compile(r"情况|说明"), "备注", "内容|情况|说明|处理情况|现场情况|处理结果"),
    (re.compile(r"意见"), "意见", "要求|批示|理由|原因"),
)
_IS = r"(?:就?是|写明|写成|写|为|填|[：:])\s*"
_BREAKS = re.compile(r"[，,。；;！!？?：:\n\s]+")
_EDGE = " ，,。；;！!：:、"
_NUMBERED = re.compile(r"(?:WH|GD)[\s·-]?\d[\d ·-]{7,}\d", re.IGNORECASE)
# A number that a reason speaks of is no object of the act: 与WH…重复, 跟WH…是同一个事, 反映过，编号GD….
_NO = r"(?:WH|GD)[\s·-]?\d[\d ·-]{7,}\d"
_CITED = re.compile(
    rf"(?:(?<![\d\s])(?:与|跟|和|同)|已?(?:有|见|并入)|(?:过|[，,])(?:的)?编号(?:是|为|[：:])?)\s*(?P<n>{_NO})(?=\s*(?:案件|工单|这件|那件|的)*(?:重复|重了|是?同一|是一[个件回]|一样|相同|[，,。；;]|$))"
    rf"|(?:与|跟|和|同)\s*(?P<m>{_NO})(?=\s*(?:案件|工单|这件|那件|的|反映)*(?:是?重复|重了|是?同一|是一[个件回]|一样|相同))",
    re.IGNORECASE,
)
# What only holds or turns the talk is no words of a record.
_HOLDS = re.compile(
    r"(?:等一?[下等会]儿?|稍等|慢着|先|还是|改成|改为|算了|别急|我?(?:再)?(?:想|看)一?[下想看])+[吧啊呀了哈]*"
)
_LENGTHENS = re.compile(r"^(?:各自?|都|再|先|给我|申请|请|就|要)*延长?期?(?=\s*[\d一二两三四五六七八九十])")
_POINTED = re.compile(
    r"^(?:把|将|对|请|那|就)*(?:第\s*[一二三四五六七八九十\d]+|最后一?|[^，,。；;有没是说在由被不]{0,8}?[那这]一?)[单件个张条](?:案件|案子|工单|单子)?(?:的)?"
)
# The words for one act; an act of a tool's title stands for all of its row.
_ACTS = (
    "退回去 退回来 退回 退单 退件 回退 打回去 打回 发回 退掉 退了",
    "返工 返修 重做 重弄 重新处理 重新做 打回去 打回 退回",
    "挂账 挂帐 暂挂",
    "延期 延长 展期 宽限",
    "督办 催办 盯办",
    "结案 办结 结掉 归档 关闭 强制",
    "不予立案 不立案 不予受理 不受理 作废 不立 拒收",
    "受理",
    "立案",
    "接收 签收 接单 收到 开始处理 马上处理 马上派人去 派人去",
    "反馈 回单",
    "答复 回复",
    "重办 重新办理 再办",
    "申诉",
    "核查 复核 复查",
    "核实",
    "派遣 派发 派单 改派 转派 重派 派给 派到 派 按责任清单 按权责清单 按清单",
    "回访 登记",
    "恢复处理 恢复办理 恢复 解除挂账 取消挂账 解挂 撤销 取消 解除 结束 的挂账 挂账",
    "并案 合并",
)
_BEFORE = (
    r"请|麻烦|帮我|帮忙|给我|我们|我单位|我|本单位|想|要|需要|先|再|就|也|都|把|将|给|它|这[个件条张单]|那[个件条张单]|案件|工单|案子|单子|这单|"
    r"申请|予以|做|作|直接|马上|现在|批准|结果"
)
_AFTER = r"吧|了|一下|下|去|掉|它|案件|工单|案子|申请|谢谢|哈|呗|啊|处理|办理|结果|给派遣员|给你们|完成"
_DONE_BY = re.compile(r"^(?:去|来)?(?:处理|处置|办理|办|负责|维修|修|整改|看看|接手|牵头|吧|了|一下)*$")
_GROUND = re.compile(
    r"DUTY-|权属|产权|路产|管养|养护|清单|条目|规定|文件|办法|纪要|三定|职责分工|移交|属地|管辖|由.{2,}(?:管|负责|承办)|(?:属于?|归|是).{2,}(?:局|所|公司|部门|单位|大队|集团|办|站|中心)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Part:
    """Words that a cue gives to a slot, or that stand free."""

    slot: str | None
    words: str


def is_step(spec: ToolSpec) -> bool:
    """Whether a tool changes something that is named by its identifier."""
    return spec.effect == "write" and any(s.kind in IDENTIFIERS and not s.derived for s in spec.slots.values())


def acts(spec: ToolSpec, words: str) -> int:
    """How many characters of the begin of words are the act of a tool; 0 where they begin with something else."""
    found = _commands(spec.title, _flags(spec)).match(words.strip(_EDGE))
    return found.end() if found else 0


def texts_of(spec: ToolSpec) -> dict[str, Slot]:
    """The slots that free words may go to."""
    return {
        name: slot
        for name, slot in spec.slots.items()
        if slot.kind == "text"
        and not slot.derived
        and slot.shown
        and not wants_pictures(slot)
        and not slot.label.endswith(("姓名", "编号"))
    }


def told(spec: ToolSpec, text: str, now: datetime, asked: str | None = None) -> dict[str, str]:
    """The free words of a message, by the slot they belong to; `asked` is the slot that was asked for."""
    slots = texts_of(spec)
    if not slots:
        return {}
    plain = without_objects(text)
    units = [slot for slot in spec.slots.values() if slot.kind == "unit" and not slot.derived]
    found: dict[str, list[str]] = {}
    free: list[str] = []
    for part in _parts(plain, slots):
        if part.slot:
            words = _said(part.words, spec, now, labelled=True) or [part.words.strip(_EDGE)]
            basis = "依据" in slots[part.slot].label
            kept = [each for at, each in enumerate(words) if at == 0 or not basis or _GROUND.search(each)]
            found.setdefault(part.slot, []).extend(kept)
            free += [each for each in words if each not in kept]
        else:
            said = _said(_without_unit(part.words, units, now), spec, now, labelled=False)
            free += [each for each in said if _NUMBERED.search(text) or not _is_range(each, spec, now)]
    _share_out(found, free, spec, text, asked)
    joined = {name: "，".join(each for each in words if each) for name, words in found.items()}
    return {name: words for name, words in joined.items() if words and _gives(slots[name], words, spec)}


def cited_numbers(text: str) -> list[str]:
    """The numbers that a reason only speaks of: 与WH…重复."""
    return [str(found["n"] or found["m"]) for found in _CITED.finditer(text)]


def without_objects(text: str) -> str:
    """A text without the numbers that the act is for."""
    cited = cited_numbers(text)
    return _NUMBERED.sub(lambda found: found[0] if found[0] in cited else "，", text)


def only_holds(text: str) -> bool:
    """Whether words only hold or turn the talk: 等等, 等下还是."""
    return _HOLDS.fullmatch(text.strip(_EDGE)) is not None


def label_words(slot: Slot) -> str:
    """A pattern of what a slot is called: its label, the label's last word, and other names for that."""
    label = re.sub(r"（.*?）", "", slot.label)
    others = [f"{a}|{b}" if b else a for sign, a, b in _CUES if sign.search(label)]
    return "|".join((re.escape(label), re.escape(label[-2:]), *others))


def main_text(spec: ToolSpec) -> str | None:
    """The slot that words beside the act belong to when nothing says which."""
    slots = texts_of(spec)
    return next((name for name in spec.required if name in slots), next(iter(slots), None))


def _parts(text: str, slots: Mapping[str, Slot]) -> Iterator[_Part]:
    """The text cut where a slot's cue stands."""
    cuts = sorted({(m.start(), m.end(), name) for name, slot in slots.items() for m in _cue(slot.label).finditer(text)})
    last, name = 0, None
    for start, end, slot in cuts:
        if start < last:
            continue
        if words := text[last:start].strip(_EDGE):
            yield _Part(name, words)
        last, name = end, slot
    if words := text[last:].strip(_EDGE):
        yield from _purpose(_Part(name, words), slots)


def _purpose(part: _Part, slots: Mapping[str, Slot]) -> Iterator[_Part]:
    """A purpose is one clause; what follows is something else."""
    if part.slot and re.search(r"用途|目的", slots[part.slot].label):
        first, *rest = _BREAKS.split(part.words, maxsplit=1)
        yield _Part(part.slot, first)
        yield from [_Part(None, rest[0])] if rest and rest[0] else []
    else:
        yield part


@lru_cache(maxsize=256)
def _cue(label: str) -> re.Pattern[str]:
    plain = re.escape(re.sub(r"（.*?）", "", label))
    bare = [plain, *(a for sign, a, _ in _CUES if sign.search(label))]
    strong = [*bare, *(b for sign, _, b in _CUES if b and sign.search(label))]
    starts = "|".join(bare)
    return re.compile(
        rf"(?:退回|派单|退单|派遣|督办|申请|延期|挂账)?(?:的)?(?:{'|'.join(strong)}){_IS}"
        rf"|(?:(?<=^)|(?<=[，,。；;！!？?\s]))(?:退回|派单|退单|派遣|督办|延期|挂账)?(?:的)?(?:{starts})(?!不?(?:充分|成立|够|足|清|明))(?:是|为|[：:])?\s*"
        rf"|(?:{'|'.join(each for each in ('因为', '由于') if each in starts) or '(?!)'})(?!这)"
    )


def _without_unit(words: str, units: list[Slot], now: datetime) -> str:
    """What follows the unit that something is sent to; what leads to it is the command."""
    for slot in units:
        for each in sorted(find(slot, words, now), key=lambda hit: -hit.score)[:1]:
            start = max((m.end() for m in _BREAKS.finditer(words, 0, each.start)), default=0)
            return f"{words[:start]}，{words[each.end :]}"
    return words


def _said(words: str, spec: ToolSpec, now: datetime, *, labelled: bool) -> list[str]:
    """The clauses that say something beside the act, its amounts and its choices."""
    kept = []
    for clause in _BREAKS.split(words):
        rest = _bare(clause, spec, now)
        if not rest or only_holds(rest) or _DONE_BY.match(rest) or _is_choice(rest, spec):
            continue
        if labelled or beyond(rest, "", ()):
            kept.append(rest if not labelled or rest != clause else clause)
    return kept


def _bare(clause: str, spec: ToolSpec, now: datetime) -> str:
    """A clause without what points at the object, the act and how much of it, at either end."""
    rest, before = clause.strip(_EDGE), None
    while rest != before:
        before = rest
        rest = _POINTED.sub("", rest, count=1).removeprefix("的")
        rest = _LENGTHENS.sub("", rest) if "延" in spec.title else rest
        rest = _commands(spec.title, _flags(spec)).sub("", rest).strip(_EDGE)
        rest = _without_amount(rest, spec).strip(_EDGE)
    return rest


def _without_amount(words: str, spec: ToolSpec) -> str:
    """延期两天要协调物业: the amount that the act takes is no part of the reason."""
    for slot in spec.slots.values():
        for said in numbers_in(words) if slot.kind == "number" and not slot.derived else ():
            if said.start == 0 and counts_in(slot, words[said.end :]):
                return re.sub(r"^\s*个?(?:紧急)?(?:工作日|工作时|小时|天|日)", "", words[said.end :])
    return words


def _flags(spec: ToolSpec) -> tuple[str, ...]:
    return tuple(
        word
        for slot in spec.slots.values()
        if slot.kind == "enum" and any(row[:2] == ("true", "是") for row in slot.choices)
        for word in (slot.label, *(name for row in slot.choices for name in row[1:] if len(name) > 1))
    )


@lru_cache(maxsize=256)
def _commands(title: str, flags: tuple[str, ...]) -> re.Pattern[str]:
    """The act of a tool at the begin or the end of a clause, with what people wrap it in."""
    named = [each for each in re.split(r"案件|12345|工单|或", title) if each]
    rows = [row.split() for row in _ACTS if any(act in row.split() for act in named)]
    negative = any(act.startswith("不") for act in named)
    acts = sorted({*named, *flags, *(word for row in rows for word in row)}, key=len, reverse=True)
    known = "|".join(map(re.escape, acts)) or "(?!)"
    guard = "" if negative else "(?<!不)(?<!未)(?<!没)"
    return re.compile(
        rf"^(?:{_BEFORE})*{guard}(?:{known})(?:{_AFTER})*(?!不)|(?:^|(?<=[\u4e00-\u9fff]))(?:{_BEFORE})*{guard}(?:{known})(?:{_AFTER})*$"
    )


def _is_choice(words: str, spec: ToolSpec) -> bool:
    """Whether words are no more than a choice of another slot, or a few of them."""
    names = sorted(
        (n for s in spec.slots.values() if s.kind == "enum" and not s.derived for row in s.choices for n in row[1:]),
        key=len,
        reverse=True,
    )
    rest = words
    for name in names:
        rest = rest.replace(name, "") if len(name) > 1 else rest
    return rest != words and len(re.sub(r"市民|诉求人|来电人|对方|说|现场|表示|结果|是|他|她|很|的|了", "", rest)) == 0


def _is_range(words: str, spec: ToolSpec, now: datetime) -> bool:
    """Whether words only say which ones are meant: 洪山区超期的都."""
    rest = words
    for slot in spec.slots.values():
        for each in find(slot, rest, now) if slot.kind in ("district", "enum", "date", "category") else ():
            rest = rest[: each.start] + "，" * (each.end - each.start) + rest[each.end :]
    return rest != words and not beyond(re.sub(r"都|全部?|所有|一起|的|件", "", rest), "", ())


def _share_out(found: dict[str, list[str]], free: list[str], spec: ToolSpec, text: str, asked: str | None) -> None:
    """Give the free clauses to the slots they are for."""
    slots = texts_of(spec)
    if not free:
        return
    if asked in slots:
        if asked not in found:
            found[asked] = free
        return
    bases = [name for name, slot in slots.items() if "依据" in slot.label]
    others = [name for name in slots if name not in bases and _open(spec, name, text)]
    for name in bases:
        grounds = [each for each in free if _GROUND.search(each)]
        if name not in found and grounds and (not others or len(grounds) < len(free)):
            found[name] = grounds
            free = [each for each in free if each not in grounds]
    if others and free and others[0] not in found:
        found[others[0]] = free


def _open(spec: ToolSpec, name: str, text: str) -> bool:
    """Whether free words may be a slot's: 特批原因 only where 特批 is said."""
    slot = spec.slots[name]
    flags = [s for s in spec.slots.values() if s.kind == "enum" and len(s.label) > 1 and slot.label.startswith(s.label)]
    return name in spec.required or not flags or any(word in text for s in flags for word in _flags(spec))


def _gives(slot: Slot, words: str, spec: ToolSpec) -> bool:
    return worded(slot, words, spec.title, (), asked=True) is not None
