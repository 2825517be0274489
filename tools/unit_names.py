"""Units as people name them: where words name one, and which of the units the city knows is meant."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from .components import entry_of, lead_units, owners
from .gazetteer import bundled_gazetteer

DATA = Path(__file__).parent / "data" / "units.json"
BY_LIST = "责任清单"
_NEAR = 3
_NUMBER = re.compile(r"(?:WH|GD)[\s·-]?\d[\d ·-]{7,}", re.IGNORECASE)
_ENTRY = re.compile(r"DUTY-[EC]\d{2,4}-\d{6}(?!\d)", re.IGNORECASE)
_VERB = (
    r"(?:(?:重新)?(?:改派|转派|指派|下派|分派|重派|派遣|派发|派单|派(?!出所)|转交|移交|转|换(?!气))(?:给|到|至|往|去|成|由|为)?"
    r"|(?:退|交|分|改)(?:给|到|至|往|去|成|由|为)|由|让|叫|找|归|给|就是|应该是|(?:处置|承办|责任|牵头|主办)(?:部门|单位)(?:是|为|：|:)?)"
)
_END = (
    r"(?=$|[^\u4e00-\u9fff]|去(?!哪)|来|处理|处置|办理|办(?!事处|公)|负责|整改|维修(?!所)|清理|接手|牵头"
    r"|吧|呢|了|啊|哈|好|的|那边|依据|按|因为|由于|理由|原因|行不|可以)"
)
_RUN = re.compile(rf"{_VERB}\s*(?P<name>[\u4e00-\u9fff]{{2,20}}?){_END}")
_WHY = re.compile(r"(?:的)?(?:依据|根据|理由|原因|因为|由于)")
_LISTED = re.compile(r"(?:按照?|依照?|照着?|对照|根据|走|用)(?:着|我们|区里|市里)?的?(?:责任|权责|权力|职责|派单)?清单")
_SUFFIX = (
    r"(?:管理局|执法大队|维修所|管理所|街道办事处|街道办|办事处|委员会|大队|中队|支队|公司|集团|中心|部门"
    r"|局|所|站|队|委|处)"
)
# What says whose a thing is, not where it goes: 人行道归市政, 由水务管.
_BELONGS = re.compile(r"[\u4e00-\u9fff](?:归|由)\s*$")
_NO_NAME = re.compile(
    r"哪|什么|谁|他|她|它|你|我|咱|相关|有关|责任|处置|承办|主管|对应|其他|别的|另|原来|刚才|这个|那个|人$|们|网格|派(?!出所)|[那这][件条张单]|工单|案件"
)
_INSISTS = re.compile(
    r"^(?:对|没错|不是|不|那|还是|[，,\s])*(?:就(?:是|叫)|(?:确实|确定|坚持|仍然)(?:是|要|就)*)(?:派|交|转)?给?\s*"
)
_SAYS = re.compile(r"^(?:是|叫|派给?|改派给?|交给|转给|给|就|那|由|[，,：:\s])+")
_SENTENCE = re.compile(r"由|明确|依据|纪要|规定|文件|应当|承办|负责|认为|属于|管养|权属|产权|不归")


@dataclass(frozen=True)
class Named:
    """A unit that words name, and where."""

    words: str
    start: int
    end: int


@dataclass(frozen=True)
class Resolved:
    """The unit that is meant, under the name the city has for it; else the nearest ones that are known.

    `other` is the district of the unit where it is another one than the matter's, `insisted` that it is known to nobody
    and named all the same, `renamed` that it was named by another name than a short one.
    """

    name: str | None
    near: tuple[str, ...] = ()
    said: str = ""
    other: str | None = None
    insisted: bool = False
    renamed: bool = False

    @property
    def warning(self) -> str | None:
        """What the person should see beside the unit before the yes."""
        if self.insisted:
            return f"平台的单位里没有“{self.name}”，请核对名称"
        told = [f"这是{self.other}的单位，和办件所在区不同"] if self.other else []
        told += [f"您说的是“{self.said}”"] if self.renamed else []
        return "；".join(told) or None


def units_in(text: str) -> Iterator[Named]:
    """The units that words name, surest first: after 派给 and the like, by a full name, the list, an entry of it."""
    plain = _NUMBER.sub(lambda found: " " * len(found[0]), text)
    why = _WHY.search(plain)
    head = plain[: why.start()] if why and why.start() > 1 else plain
    found = _sent_first([*_named(head), *_whole(head)], head)
    if found and (insists := _INSISTS.match(head)) and insists.end() == found[0].start:
        found[0] = Named(f"就是{found[0].words}", found[0].start, found[0].end)
    if not found and (listed := _LISTED.search(text)):
        found = [Named(BY_LIST, *listed.span())]
    for entry in _ENTRY.finditer(text):
        found.append(Named(entry[0].upper(), *entry.span()))
    yield from found


def resolve(said: str, district_name: str | None, *, handling: bool) -> Resolved:
    """Which known unit some words name; `handling` prefers those that do the work to the lead units of the list."""
    insisted = _INSISTS.match(said.strip())
    words = _SAYS.sub("", _INSISTS.sub("", said.strip())).strip(" ，,。！!吧的")
    if entry := entry_of(words, bundled_gazetteer()):
        return Resolved(entry.unit, said=words, other=_another(entry.district_name, district_name))
    match = _in_district().match(words)
    named = _full_name(match["district"]) if match and match["district"] else None
    core = words[match.end() :].removeprefix("区") if match else words
    district = named or district_name
    known = _known(core, district, handling=handling)
    if known:
        plain = core in known or core in (*_data()["short"], *_spelled())
        return Resolved(known, said=words, other=_another(named, district_name), renamed=not plain)
    if insisted and len(words) >= 3:
        return Resolved(words, said=words, insisted=True, other=_another(named, district_name))
    return Resolved(None, _nearest(core, district), words)


def units_of(district_name: str | None, *, handling: bool) -> tuple[str, ...]:
    """The names of a district's units."""
    if not district_name:
        return ()
    works = tuple(f"{district_name}{name}" for name in _data()["handling"])
    return works if handling else tuple(lead_units(district_name).values())


def _sent_first(found: list[Named], text: str) -> list[Named]:
    """派江汉区市政维修所，人行道归市政: whom it is sent to comes before whom a thing is said to belong to."""
    said = [each for each in found if not _BELONGS.search(text[: each.start])]
    return said + [each for each in found if each not in said] if len(said) < len(found) else found


def _named(text: str) -> Iterator[Named]:
    runs = list(_RUN.finditer(text))
    for run in reversed(runs):
        name, start = run["name"], run.start("name")
        while name and not is_unit(name) and (inner := re.match(_VERB, name)):
            name, start = name[inner.end() :], start + inner.end()
        if is_unit(name):
            yield Named(name, start, start + len(name))


def _whole(text: str) -> Iterator[Named]:
    """A message that is a unit's name and little more, or holds a full one."""
    words = _SAYS.sub("", text.strip(" ，,。；;！!吧的了"))
    if is_unit(words) and not _SENTENCE.search(words):
        at = text.find(words)
        yield Named(words, at, at + len(words))
        return
    for match in _full_names().finditer(text):
        yield Named(match[0], *match.span())


def is_unit(words: str) -> bool:
    """Whether words have the shape of a unit's name: a known short one, or what ends like an office."""
    if not 2 <= len(words) <= 20 or _NO_NAME.search(words) or _SENTENCE.search(words):
        return False
    match = _in_district().match(words)
    core = words[match.end() :].removeprefix("区") if match else words
    short = "|".join(_data()["short"])
    return bool(re.fullmatch(rf"(?:{short})(?:部门|单位|那边|方面)?|[\u4e00-\u9fff]{{1,16}}{_SUFFIX}", core))


def _known(core: str, district: str | None, *, handling: bool) -> str | None:
    """The name the city has for a unit; without a district the short form of it."""
    works, leads = _data()["handling"], lead_units(district or "")
    if core in _spelled():
        return core if core.startswith("演示") else f"演示{core}"
    full = core if core in works or core in leads else _abbreviated(core, works) or _by_short(core, handling=handling)
    if full is None:
        return _street(core, district)
    if full in works:
        return f"{district or ''}{full}"
    return leads[full] if district else full


def _by_short(core: str, *, handling: bool) -> str | None:
    """城管, 水务部门, 城管局: a short name alone or with what an organ is called."""
    for short in sorted(_data()["short"], key=len, reverse=True):
        rest = core.removeprefix(short)
        names = _data()["short"][short]
        if core.startswith(short) and rest in ("", "那边", "方面", "单位"):
            return str(names["handling" if handling else "lead"])
        if core.startswith(short) and rest in _data()["organs"] and names["lead"] not in _data()["handling"]:
            return str(names["lead"])
    return None


def _abbreviated(core: str, works: list[str]) -> str | None:
    """市政所, 执法大队: letters of one name only, in order, with the same end."""
    fitting = [name for name in works if len(core) >= 3 and core[-1] == name[-1] and _within(core, name)]
    return fitting[0] if len(fitting) == 1 else None


def _within(core: str, name: str) -> bool:
    at = 0
    for letter in core:
        at = name.find(letter, at) + 1
        if at == 0:
            return False
    return True


def _street(core: str, district: str | None) -> str | None:
    """A subdistrict's office, by the subdistrict's name."""
    name = re.sub(r"(?:街道办事处|街道办|办事处)$", "", core)
    if name == core:
        return None
    for entry in bundled_gazetteer().subdistricts():
        if entry.name.removesuffix("街道") == name.removesuffix("街道"):
            here = bundled_gazetteer().district_name(entry.districts[0])
            return f"{here if district in (None, here) else district}{entry.name}办事处"
    return None


def _nearest(core: str, district: str | None) -> tuple[str, ...]:
    """Known units of the district that share most with the words."""
    if not district:
        return ()
    names = (*units_of(district, handling=True), *units_of(district, handling=False))
    shorts = [_data()["short"][short] for short in _data()["short"] if short in core]
    meant = {name for each in shorts for name in each.values()}
    shares = {name: _share(core, name.removeprefix("演示").removeprefix(district), meant) for name in names}
    return tuple(sorted((name for name in names if shares[name] > 0), key=lambda name: -shares[name]))[:_NEAR]


def _share(core: str, name: str, meant: set[str]) -> float:
    pairs = {name[at : at + 2] for at in range(len(name) - 1)} - {"部门", "管理"}
    return sum(pair in core for pair in pairs) + 2.0 * (name in meant)


def _another(unit_in: str | None, matter_in: str | None) -> str | None:
    return unit_in if unit_in and matter_in and unit_in != matter_in else None


def _full_name(said: str) -> str:
    """江汉 is 江汉区."""
    names = bundled_gazetteer().districts().values()
    return next((name for name in names if name == said or name[:-1] == said), said)


@lru_cache(maxsize=1)
def _in_district() -> re.Pattern[str]:
    names = bundled_gazetteer().districts().values()
    forms = sorted({form for name in names for form in (name, name[:-1])}, key=len, reverse=True)
    return re.compile(rf"(?:演示)?(?:武汉市)?(?P<district>{'|'.join(forms)})?")


@lru_cache(maxsize=1)
def _full_names() -> re.Pattern[str]:
    """Units by their whole names, and the lead units' short ones."""
    names = bundled_gazetteer().districts().values()
    forms = "|".join(sorted({form for name in names for form in (name, name[:-1])}, key=len, reverse=True))
    works = "|".join((*_data()["handling"], *lead_units("")))
    return re.compile(rf"(?:演示)?(?:{forms})(?:{works})|(?:演示)?(?:{'|'.join(lead_units(''))})")


@cache
def _spelled() -> frozenset[str]:
    """The owners of components, with and without what marks them as invented."""
    return frozenset(form for name in owners() for form in (name, name.removeprefix("演示")))


@cache
def _data() -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return found
