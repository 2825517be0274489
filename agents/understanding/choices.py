"""Which of a slot's choices a text means: by a name, by a yes or no, by whom something is for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from tools import Slot, other_places

_LABEL_NOISE = re.compile(r"只看|是否|可选|（.*?）")
_SAME_WORDS = (("自己", "自行"), ("处置", "处理"), ("自办件", "自行处理"), ("自处理", "自行处理"))
_MY_REPORTS = re.compile(r"我(?:上报|反映|提交)的")
_I_REPORTED = re.compile(
    r"(?:我|俺|咱)们?[^，,。；;！!？?给帮替被]{0,8}?(?:上报|反映|反应|提交|投诉|举报|报)(?:的|了|过)?的?(?:案件|案子|问题)?(?:都|一共|总共)?有?(?:几|多少|好多|哪些|哪几)"
)
# 没有办结的 is not 办结的; 有没有办结的 is.
_DENIED = re.compile(r"(?:(?<!有)(?:没[有得]?|冇得?)|未|尚未)$")
_DENYING = re.compile(r"没|未|不|无|尚")
_UNDONE = re.compile(r"(?:没|未|不是|不能|没法|无法)[^，,。；;]{0,4}$")
_NOT_AFTER = re.compile(r"^(?:得)?(?:不|一下|吗|么|可以|行不)")
_MINE = re.compile(r"(?:我|我们|俺|咱)(?:家|屋里|老)?(?:的|个)?$")
_FOR_WHOM = re.compile(r"给谁|替谁|为谁|谁的|办理人")
_CLAUSES = re.compile(r"[^，,。；;！!？?\n]+")
_ACT = r"(?:办|备|登记|申请|查|开|报|交|领|绑|激活|缴|约|看看|看一下|问|弄|搞|转|续|挂|补|停|冻结)"
_OWNED = (
    r"(?:他|她)?(?:自己|本人)?(?:的|那个|那张)?(?:居民|职工|城乡|基本|大学生|儿童)*"
    r"(?:医保|社保|参保|保险|养老|异地|备案|居住证|户口|社保卡|医保卡|缴费|账户|证|卡(?!里))"
)
_ALONE = r"(?:的|那个|那份|情况)*(?:呢|吗|吧)?[？?]?"
_FOR_THEM = re.compile(rf"(?:给|为|帮|替)(?:他|她)(?:们)?{_ACT}")
# 我妈把卡搞丢了, 我爸要去北京看病: what happened to a relative or what they will do, where nothing is said of oneself.
_BEFALLS = re.compile(
    r"[^，,。；;！!？?]{0,10}(?:丢了|掉了|不见了|被偷|找不到|找不着|搞丢|弄丢|搞掉|遗失|要去|想去|得去|准备去|打算去|转院|住院|看病|住过去|长住|常住|定居)"
)
_SUBJECT = re.compile(r"(?:^|[，,。；;！!？?])(?:我|我们|咱|俺|我家|家里|屋里|我屋里)?(?:的|大|小|老)?$")
_ONESELF = re.compile(r"我(?:自己|的|要|想|得|去|过去|跟着|也|在|到|住)|本人|自己")
_TENDED = r"带|接|送|陪|照顾|照看|看孩子|做饭|买|过"


def choices_in(text: str, slot: Slot) -> Iterator[tuple[str, int, int, float]]:
    """Value, start, end and score of every choice the text may mean."""
    plain = text.strip(" ，,。！!的")
    if {row[0] for row in slot.choices} == {"true", "false"}:
        yield from _flag(plain, slot)
        return
    said = _with_known_places(text)
    if not _any_of(slot.choices).search(f"{said}\n{text}"):
        return
    whom = bool(_FOR_WHOM.search(slot.label))
    for value, *names in slot.choices:
        for name in (value, *names):
            at = max(said.find(name), text.find(name)) if name else -1
            if at >= 0 and _DENIED.search(said[:at]) and not _DENYING.match(name):
                continue
            letter = len(name) == 1 and plain != name
            if at < 0 or (letter and not (name in _kin() and (whom or _MINE.search(said[:at])))):
                continue
            alone = plain.removeprefix("我").removeprefix("给") == name
            if whom and name in _kin() and not alone and not _is_for(said, at, name):
                continue
            # 我妈自己的卡: whom something is for says more than 自己.
            yield value, at, at + len(name), (0.9 if whom and name in _kin() else 0.8) + min(len(name), 9) / 100


def is_whom(slot: Slot) -> bool:
    """Whether a slot takes for whom something is done."""
    return slot.kind == "enum" and bool(_FOR_WHOM.search(slot.label))


@lru_cache(maxsize=256)
def _any_of(choices: tuple[tuple[str, ...], ...]) -> re.Pattern[str]:
    """What finds any name of any choice: most texts hold none, and lists of names are long."""
    return re.compile("|".join(re.escape(name) for row in choices for name in row if name) or "(?!)")


def _flag(text: str, slot: Slot) -> Iterator[tuple[str, int, int, float]]:
    """A yes/no slot: the whole message is one of its words, or the message says what its label says."""
    for value, *names in slot.choices:
        if text in names:
            yield value, 0, len(text), 1.0
    named = [(name, row[0]) for row in slot.choices for name in row[1:] if len(name) > 1 and name in text]
    if named:
        name, value = max(named, key=lambda each: len(each[0]))
        at = text.find(name)
        turned = value == "true" and bool(_UNDONE.search(text[:at]))
        yield "false" if turned else value, at, at + len(name), 0.9
        return
    label = _LABEL_NOISE.sub("", slot.label)
    if _MY_REPORTS.fullmatch(label) and (said := _I_REPORTED.search(text)):
        yield "true", *said.span(), 0.8
    if label.startswith("已") and _done(label.removeprefix("已"), text):
        yield "true", 0, len(text), 0.8
    at = 0
    for letter in label:
        at = text.find(letter, at) + 1
        if at == 0:
            return
    if label:
        first = text.find(label[0])
        undone = len(label) > 1 and bool(_UNDONE.search(text[:first]))
        yield "false" if undone else "true", 0, len(text), 0.7


def _done(what: str, text: str) -> bool:
    """Whether a text says that something was done: 自己处置好了 is 自行处理; 自己处理不了 is not."""
    for word, same in _SAME_WORDS:
        text = text.replace(word, same)
    at = text.find(what)
    return at >= 0 and not _UNDONE.search(text[:at]) and not _NOT_AFTER.match(text[at + len(what) :])


def _is_for(text: str, at: int, name: str) -> bool:
    """Whether a relative is whom something is done for (给孩子办, 孩子的医保), not one who merely occurs (接孩子)."""
    for clause in _CLAUSES.finditer(text):
        if clause.start() <= at < clause.end():
            before, after = text[clause.start() : at], text[at + len(name) : clause.end()]
            if re.search(r"代管|名下|监护", before + name):
                return True
            if re.match(rf"(?:{_TENDED})", after) or re.search(rf"(?:{_TENDED})$", before):
                return False
            if _FOR_THEM.search(text, at):
                return True
            if re.search(r"(?:^|[，,哦噢]|的就?)(?:是|换成|改成|改为)(?:我|我们|咱|我家|家里)?(?:的)?$", before):
                return True
            if re.fullmatch(r"(?:那|那么|换|我|我们|咱|我家|家里|的)*", before) and re.fullmatch(_ALONE, after):
                return True
            given = re.search(r"(?:给|为|帮|替)(?:我|我们|咱|我家|家里|自家)*(?:的|大|小|老|那)*$", before)
            owned = bool(given and re.search(_ACT, after)) or bool(re.match(_OWNED, after))
            return owned or _befalls(text, at, name)
    return False


def _befalls(text: str, at: int, name: str) -> bool:
    """Whether the relative is who something happened to (我妈把卡搞丢了), and nothing is said of oneself."""
    rest = f"{text[:at].removesuffix('我')}{text[at + len(name) :]}"
    said = _SUBJECT.search(text[:at]) and _BEFALLS.match(text, at + len(name))
    return bool(said) and not _ONESELF.search(rest)


def _with_known_places(text: str) -> str:
    """河南户口 and 外省户籍 are 外地户口; 本市户籍 is 武汉户口."""
    plain = text.replace("户籍", "户口")
    plain = re.sub(r"(?:本市|本地|武汉市|本市的|武汉的)户口", "武汉户口", plain)
    return _outside().sub("外地户口", plain)


@lru_cache(maxsize=1)
def _outside() -> re.Pattern[str]:
    places = "|".join(other_places())
    registered = rf"户口(?:还|都|是|就)*在(?:{places}|老家|外省|外市|外地)"
    return re.compile(rf"{registered}|(?:{places}|外省|外市|外地|老家)(?:省|市|县)?的?户口")


@lru_cache(maxsize=1)
def _kin() -> frozenset[str]:
    young = "孩子 小孩 儿子 女儿 子女 伢 娃 宝宝 孙子 孙女 外孙"
    old = "爸爸 妈妈 父亲 母亲 父母 爸 妈 姆妈 老娘 老人 爷爷 奶奶 外公 外婆 爹爹 公公 婆婆 岳父 岳母 丈母娘 老丈人"
    same = "老公 老婆 丈夫 妻子 爱人 老伴 媳妇 太太 堂客 配偶 家人 家属 哥哥 姐姐 弟弟 妹妹 哥 姐 弟 妹"
    far = "叔叔 阿姨 舅舅 姑姑 姨妈 侄子 侄女 外甥 亲戚 朋友 同事 邻居 同学 室友 员工 老板 保姆 别人 他人"
    return frozenset(f"{young} {old} {same} {far}".split())
