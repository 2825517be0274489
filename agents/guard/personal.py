"""Personal data: found, replaced by typed placeholders, and put back only for their owner.

A placeholder reads `⟦手机号·7f3k·1⟧`: type, the conversation's nonce, a number. The same value keeps
the same placeholder. Case numbers, grid, component and social-credit codes are not personal data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from stdnum import luhn
from stdnum.cn import ric, uscc

PLACEHOLDER = re.compile(r"⟦([^·⟦⟧]{1,8})·([0-9a-z]{1,16})·(\d{1,4})⟧")
_MARKED = re.compile(r"(⟦[^⟦⟧]*⟧)")
HIDDEN = "（已隐藏）"
MARKS = {
    **dict.fromkeys(("身份证号", "手机号", "银行卡号", "社保卡号", "固定电话", "证件号"), "⟦号⟧"),
    "姓名": "⟦人⟧",
    "门牌": "⟦门牌⟧",
}
SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹喻章云苏潘葛范彭郎鲁韦马苗"
    "方俞任袁柳史唐薛雷贺汤罗郝安常于傅康余顾孟黄萧尹姚邵汪毛戴宋熊纪舒项祝董梁杜阮闵席季贾路江"
    "童颜郭梅林徐邱骆高夏蔡田樊胡凌霍万管卢莫房丁邓洪包石崔龚程陆翁段侯武刘龙叶黎白蒲卓乔翟曾关欧阳"
)
_SEP = r"[ \t\-－—.·]?"
_CHINESE_DIGITS = str.maketrans("〇零一二三四五六七八九幺", "001234567891")


@dataclass(frozen=True)
class Vault:
    """Placeholders and the values they stand for, of one conversation."""

    nonce: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Masked:
    """A text without personal data, and the vault that can restore it."""

    text: str
    vault: Vault


@dataclass(frozen=True)
class _Found:
    kind: str
    start: int
    end: int


def mask(text: str, vault: Vault) -> Masked:
    """Replace personal data by placeholders; what a person typed to look like one is defused."""
    known = {placeholder for placeholder in vault.values if placeholder in text}
    safe = PLACEHOLDER.sub(lambda match: match.group(0) if match.group(0) in known else _defused(match.group(0)), text)
    numbers = {value: placeholder for placeholder, value in vault.values.items()}
    values = dict(vault.values)
    pieces: list[str] = []
    at = 0
    for found in _find(safe):
        value = safe[found.start : found.end]
        if value not in numbers:
            numbers[value] = f"⟦{found.kind}·{vault.nonce}·{len(values) + 1}⟧"
            values[numbers[value]] = value
        pieces += [safe[at : found.start], numbers[value]]
        at = found.end
    names = {value: sign for sign, value in values.items() if sign.startswith("⟦姓名·")}
    return Masked(_named_again("".join([*pieces, safe[at:]]), names), Vault(vault.nonce, values))


def restore(text: str, vault: Vault) -> str:
    """Put the values back; a placeholder this conversation does not know becomes （已隐藏）."""
    return PLACEHOLDER.sub(lambda match: vault.values.get(match.group(0), HIDDEN), text)


def restore_value(value: Any, vault: Vault) -> Any:
    """`restore` through any JSON value."""
    if isinstance(value, str):
        return restore(value, vault)
    if isinstance(value, Mapping):
        return {name: restore_value(inner, vault) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [restore_value(inner, vault) for inner in value]
    return value


def hide(text: str) -> str:
    """For logs: personal data replaced by their type alone, for good."""
    pieces: list[str] = []
    names: dict[str, str] = {}
    at = 0
    for found in _find(text):
        pieces += [text[at : found.start], f"⟦{found.kind}⟧"]
        if found.kind == "姓名":
            names[text[found.start : found.end]] = "⟦姓名⟧"
        at = found.end
    return _named_again("".join([*pieces, text[at:]]), names)


def _named_again(text: str, names: Mapping[str, str]) -> str:
    """A name that was announced once is no longer said; one of two characters may be part of any word and stays."""
    for name in sorted((each for each in names if len(each) > 2), key=len, reverse=True):
        if name in text:
            parts = _MARKED.split(text)
            text = "".join(part if part.startswith("⟦") else part.replace(name, names[name]) for part in parts)
    return text


def marked(text: str) -> str:
    """The text with numbers as ⟦号⟧, names as ⟦人⟧, doors as ⟦门牌⟧, placeholders too; others stay."""
    pieces: list[str] = []
    at = 0
    for found in _find(text):
        if found.kind in MARKS:
            pieces += [text[at : found.start], MARKS[found.kind]]
            at = found.end
    flat = "".join([*pieces, text[at:]])
    return PLACEHOLDER.sub(lambda match: MARKS.get(match.group(1), match.group(0)), flat)


def _defused(placeholder: str) -> str:
    return placeholder.replace("⟦", "〔").replace("⟧", "〕")


def _find(text: str) -> Iterator[_Found]:
    """Personal data in reading order, without overlaps; an earlier kind in the list wins."""
    taken = [match.span() for match in _NOT_PERSONAL.finditer(text)] + [m.span() for m in PLACEHOLDER.finditer(text)]
    taken += [m.span() for m in _CREDIT_CODE.finditer(text) if uscc.is_valid(m.group(0)) and not _dated(m.group(0))]
    found: list[_Found] = []
    for kind, pattern, accept in _KINDS:
        for match in pattern.finditer(text):
            start, end = match.span(match.lastgroup or 0)
            free = all(end <= first or start >= last for first, last in taken)
            if free and accept(text[start:end]):
                taken.append((start, end))
                found.append(_Found(kind, start, end))
    return iter(sorted(found, key=lambda each: each.start))


def _plain(value: str) -> str:
    half = value.translate(str.maketrans("０１２３４５６７８９ｘＸ", "0123456789xx")).translate(_CHINESE_DIGITS)
    return re.sub(r"[^0-9xX]", "", half).upper()


def _resident(value: str) -> bool:
    return bool(ric.is_valid(_plain(value))) or _dated(_plain(value))


def _born(value: str) -> bool:
    """An 18-digit number of resident-id shape: a region, a day of birth."""
    shape = r"[1-8]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dX]"
    return re.fullmatch(shape, _plain(value)) is not None


def _dated(number: str) -> bool:
    """The same with a checksum that holds, whatever registry knows its region."""
    if not _born(number):
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))
    return "10X98765432"[total % 11] == number[-1]


def _card(value: str) -> bool:
    number = _plain(value)
    return not number.startswith("42") and bool(luhn.is_valid(number))


def _name(value: str) -> bool:
    """Not 本人武汉人, 本人于昨天: words that only begin like a name."""
    return not re.search(
        r"[人籍户员区市省县岁天日月年时]$|^于[昨今前近上本去明]|^(?:方便|高兴|安全|时常|常年|常住)", value
    )


def _always(_value: str) -> bool:
    return True


_D = r"[0-9０-９]"
_ANY_DIGIT = r"[0-9０-９〇零一二三四五六七八九幺]"
_NOT_PERSONAL = re.compile(r"WH\s?\d{14}|(?<![0-9A-Za-z])42\d{13,14}(?![0-9A-Za-z])")
_CREDIT_CODE = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Z])")
_NAME = rf"(?:(?:欧阳|司马|上官|诸葛|夏侯|皇甫|尉迟|慕容|令狐|东方)|[{SURNAMES}])[\u4e00-\u9fa5]{{1,2}}"
_WHO = "申请人|户主|参保人|报案人|患者|病人|当事人|来电人|反映人|报修人|经办人|收件人|紧急联系人|联系人|房主|业主"
_NAMED = (
    r"(?:我叫|我的名字(?:是|叫)|姓名\s*(?:是|为|[:：])?|本人(?:姓名|叫|名叫|是)?|联系人(?:姓名)?\s*(?:是|叫|为|[:：])?"
    rf"|(?:{_WHO})(?:姓名|名字)?(?:\s*(?:是|叫|为|[:：])|\s)"
    r"|(?:他|她|孩子|儿子|女儿|老人|母亲|父亲|妈妈?|爸爸?|妻子|丈夫|爱人|老公|老婆|老伴|爷爷|奶奶|外公|外婆)(?:的?名字)?叫)"
)
_COUNT = r"(?:[0-9０-９]{1,4}|[一二三四五六七八九十百零〇]{1,4})"
_GAP = r"[ \t,，、\-－—]?"
_BUILDING = rf"(?:{_COUNT}|[A-Za-z甲乙丙丁])[ \t]?(?:号楼|#楼|[栋幢座#])"
_UNIT = rf"(?:{_COUNT}|[A-Za-z甲乙丙丁])[ \t]?(?:单元|门洞|梯)"
_FLOOR = rf"{_COUNT}[楼层]"
_HOUSES = "园苑区庭府城寓居里村湾坊院"
_ROOM = (
    r"(?:[0-9０-９]{3,4}|[一二三四五六七八九][一二三四五六七八九零〇]{2,3})[A-Za-z]?"
    r"(?:室|房|号房|号)?(?![0-9０-９元米平多人户家个块路年月])"
)
_AT_HOME = (
    r"(?:家住|住在|住址|现住|居住地|居住在|家庭地址|户籍地址|户籍所在地|收件地址|通讯地址|地址[:：])"
    rf"(?:地址|是|为|在|[:：\s])*[\u4e00-\u9fa5A-Za-z0-9]{{0,24}}?[路街道巷{_HOUSES}]"
)
_DWELLING = (
    rf"(?P<v>{_BUILDING}{_GAP}{_UNIT}(?:{_GAP}{_FLOOR})?(?:{_GAP}{_ROOM})?"
    rf"|{_BUILDING}{_GAP}(?:{_FLOOR}{_GAP})?{_ROOM}|{_UNIT}(?:{_GAP}{_FLOOR})?(?:{_GAP}{_ROOM})?"
    rf"|(?<=[{_HOUSES}])[0-9]{{1,3}}[-－—][0-9]{{1,2}}[-－—][0-9]{{2,4}}(?![0-9\-])"
    rf"|(?<=[{_HOUSES}])[0-9]{{3,4}}室)"
)
_DOOR = rf"{_AT_HOME}(?P<v>{_COUNT}号(?!线|楼)(?:院|之[0-9一二三]+)?|{_BUILDING})"
_KINDS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("身份证号", re.compile(rf"(?<!{_D})[1-9１-９](?:{_SEP}{_D}){{16}}{_SEP}[0-9０-９xXｘＸ](?!{_D})"), _resident),
    (
        "手机号",
        re.compile(
            rf"(?<!{_D})(?:(?:\+|＋|00)?86{_SEP})?[1１一幺](?:{_SEP}[3-9３-９三四五六七八九])(?:{_SEP}{_ANY_DIGIT}){{9}}(?!{_D})"
        ),
        _always,
    ),
    ("银行卡号", re.compile(rf"(?<!{_D})[3-6](?:{_SEP}{_D}){{15,18}}(?!{_D})"), _card),
    (
        "社保卡号",
        re.compile(
            r"(?:社保卡|社会保障卡|医保卡|医保编号|社保编号|个人编号)(?:号码|号|编号)?\s*(?:是|为|[:：])?\s*(?P<v>[A-Za-z]?\d{8,18})"
        ),
        _always,
    ),
    ("固定电话", re.compile(rf"(?<!{_D})(?:0\d{{2,3}}{_SEP}[2-8]\d{{6,7}})(?!{_D})"), _always),
    ("邮箱", re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}"), _always),
    (
        "证件号",
        re.compile(r"(?:护照|通行证|居留证|回乡证)(?:号码|号)?\s*(?:是|为|[:：])?\s*(?P<v>[A-Za-z]{1,2}\d{7,9})"),
        _always,
    ),
    # A mistyped resident id tells as much of a person as a right one.
    ("证件号", re.compile(rf"(?<!{_D})[1-9１-９](?:{_SEP}{_D}){{16}}{_SEP}[0-9０-９xXｘＸ](?!{_D})"), _born),
    (
        "证件号",
        re.compile(
            rf"(?:身份证|证件)(?:号码|号)?\s*(?:是|为|[:：])?\s*(?P<v>{_D}(?:{_SEP}{_D}){{13,17}}[xXｘＸ]?)(?!{_D})"
        ),
        _always,
    ),
    (
        "车牌号",
        re.compile(
            r"(?P<v>[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·\s]?[A-HJ-NP-Z0-9]{5,6})(?![A-Za-z0-9])"
        ),
        _always,
    ),
    (
        "姓名",
        re.compile(rf"{_NAMED}\s*(?P<v>{_NAME})(?=[，,。.；;！!？?、\s⟦（(]|电话|手机|身份证|住|$)"),
        _name,
    ),
    # After a colon whatever is short enough is a name, whoever's list of family names it is on.
    (
        "姓名",
        re.compile(
            rf"(?:姓名|名字|{_WHO}|本人)(?:姓名|名字)?\s*[:：]\s*(?P<v>[\u4e00-\u9fa5]{{1,8}}(?:·[\u4e00-\u9fa5]{{1,8}}){{1,3}}|[\u4e00-\u9fa5]{{2,4}})"
            r"(?=[，,。.；;！!？?、\s⟦（(]|电话|手机|身份证|住|$)"
        ),
        _always,
    ),
    ("姓名", re.compile(rf"我是(?P<v>{_NAME})(?=[，,]?(?:我的?)?(?:电话|手机|联系电话|身份证|住))"), _always),
    ("门牌", re.compile(_DWELLING), _always),
    ("门牌", re.compile(_DOOR), _always),
)
