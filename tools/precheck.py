"""A first look at a material before the counter sees it: pages, validity, names, signature. Not an acceptance."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

_PAGES = r"(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3})\s*[页张面]"
_WHOLE = re.compile(rf"(?:一共|总共|应该?有?|共|全部)[^\d，,。一二两三四五六七八九十]{{0,4}}{_PAGES}")
_HELD = re.compile(rf"(?:只|手上|手里|现有|现在有|扫了|拍了|实际)[^\d，,。一二两三四五六七八九十]{{0,4}}{_PAGES}")
_COUNTED = re.compile(_PAGES)
_COMPLETE = re.compile(rf"{_PAGES}[^，,。]{{0,3}}(?:(?:都|全)(?:部|都)?(?:齐|在|有|拍|扫)|齐全|齐了)")
_SIGNED = re.compile(
    r"(?:签|盖)了[^，,。]{0,2}(?:字|名|章)|已(?:经)?(?:签字|签名|签|盖章)|(?:签字|签名|盖章)(?:都)?(?:齐|有|好了|了)|有(?:签字|签名|公章)"
)
_SURNAME = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹喻章云苏潘葛范彭郎鲁韦马苗方俞任袁柳史唐薛雷贺汤罗郝安常于傅康"
    "余顾孟黄萧尹姚邵汪毛戴宋熊纪舒项祝董梁杜阮闵席季贾路江童颜郭梅林徐邱骆高夏蔡田樊胡凌霍万管卢莫房丁邓洪包石崔龚程陆翁段侯武刘龙叶"
    "黎白蒲卓乔翟曾关"
)
_NAME = rf"([{_SURNAME}][\u4e00-\u9fff·]{{1,3}}?)(?=$|[，,。；;、（(\s]|和|跟|但|可|申请|身份证)"
_HOLDER = re.compile(
    rf"(?:写|填|印|登记)的?(?:是|为|成|叫)?\s*{_NAME}"
    rf"|(?:上面?|里面?|名字|姓名|承租人|户主|持有人)的?(?:名字|姓名)?(?:是|为|叫|：|:)?\s*(?!写|填|印|登记|的){_NAME}"
)
_APPLICANT = re.compile(
    rf"(?:申请人|办理人|我叫|我是|本人叫?|我的名字)的?(?:名字|姓名)?(?:是|为|叫|写的是|：|:)?\s*{_NAME}"
)
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2}
_GAP = re.compile(r"(?:少|缺|漏)了?[一两\d]{0,2}页")
_UNSIGNED = re.compile(r"(?:没|未|冇|忘了?)(?:有)?[^，,。]{0,2}(?:签字|签名|盖章|签)|章没盖|没盖")
_OTHER_NAME = re.compile(
    r"(?:名字|姓名)[^，,。]{0,14}(?:不一样|不一致|不同|对不上|不符)|(?:不一样|不一致|对不上)[^，,。]{0,4}(?:名字|姓名)"
)


@dataclass(frozen=True)
class Facts:
    """What is known of a material; None where nobody said."""

    pages: int | None = None
    total_pages: int | None = None
    valid_to: date | None = None
    holder: str | None = None
    applicant: str | None = None
    signed: bool | None = None
    gap: bool = False
    other_name: bool = False


@dataclass(frozen=True)
class Defect:
    """One thing that would be sent back, and what to do about it."""

    kind: str
    text: str


@dataclass(frozen=True)
class Finding:
    """What was looked at, and what is wrong."""

    checked: tuple[str, ...]
    defects: tuple[Defect, ...]


def told(words: str, facts: Facts) -> Facts:
    """The facts, completed by what the words say of pages, signature and names."""
    complete = _COMPLETE.search(words)
    held = _HELD.search(words) or complete
    # 申请书3页，只扫了2页: of two counts the one before is the whole.
    before = _COUNTED.search(words, 0, held.start()) if held and held is not complete else None
    whole = _WHOLE.search(words) or before or complete
    holder, applicant = _HOLDER.search(words), _APPLICANT.search(words)
    both = holder is not None and applicant is not None
    name = next(filter(None, holder.groups()), None) if holder else None
    return replace(
        facts,
        total_pages=facts.total_pages or (_count(whole["n"]) if whole else None),
        pages=facts.pages if facts.pages is not None else (_count(held["n"]) if held else None),
        gap=facts.gap or bool(_GAP.search(words)),
        signed=facts.signed if facts.signed is not None else _signed(words),
        holder=facts.holder or (name if both else None),
        applicant=facts.applicant or (applicant[1] if both and applicant else None),
        other_name=facts.other_name or bool(_OTHER_NAME.search(words)),
    )


def _signed(words: str) -> bool | None:
    if _UNSIGNED.search(words):
        return False
    return True if _SIGNED.search(words) else None


def _count(words: str) -> int:
    """5, 五, 十二: the number of pages."""
    if words.isdigit():
        return int(words)
    tens, ten, ones = words.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)


def precheck(facts: Facts, today: date) -> Finding:
    """Look at whatever is known; what is not known is not judged."""
    checked: list[str] = []
    defects: list[Defect] = []
    if facts.gap or (facts.pages is not None and facts.total_pages is not None):
        checked.append("页数")
        defects += _pages(facts)
    if facts.valid_to is not None:
        checked.append("有效期")
        if facts.valid_to < today:
            defects.append(Defect("expired", f"已于{facts.valid_to.isoformat()}过期，请换有效的材料"))
    if facts.other_name or (facts.holder and facts.applicant):
        checked.append("姓名")
        if facts.other_name or _plain(facts.holder) != _plain(facts.applicant):
            defects.append(Defect("name_mismatch", "材料上的姓名和申请人不一致，请核对或者提供关系证明"))
    if facts.signed is not None:
        checked.append("签字盖章")
        if not facts.signed:
            defects.append(Defect("unsigned", "还没有签字或者盖章，请补签"))
    return Finding(tuple(checked), tuple(defects))


def _pages(facts: Facts) -> list[Defect]:
    if facts.pages is None or facts.total_pages is None:
        return [Defect("missing_page", "有缺页，请补齐")]
    if facts.pages > facts.total_pages:
        return [Defect("extra_page", f"应有{facts.total_pages}页，却有{facts.pages}页，请核对")]
    missing = facts.total_pages - facts.pages
    return [Defect("missing_page", f"应有{facts.total_pages}页，只有{facts.pages}页，缺{missing}页")] if missing else []


def _plain(name: str | None) -> str:
    return re.sub(r"[\s·•.]", "", name or "")
