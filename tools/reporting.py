"""Before a report is proposed: which class it is, where exactly, in which grid. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .categories import GAPPED, Category, CategoryHit
from .define import Call
from .errors import NeedsAnswer, NotAllowed, NotOurs, ToolError
from .everyday import somebody_else_s
from .geocode import GeoCandidate
from .unified import FINAL, Cases, Platform
from .urgency import somebody_is_hurt, tells_of_danger

SURE = 0.5
# Less than this shares no more than a syllable or two with the words: no class to be offered.
PERHAPS = 0.3
CLOSE = 0.12
SAME_M, SAME_DAYS = 50.0, 7
SELF_HANDLERS = frozenset(("grid", "supervisor"))
SHORTEST, LONGEST = 2, 500
ANYTHING = ("E0199", "E0399", "E0499", "E0599")
UNSURE_WORDS = ("其他", "不知道", "不清楚", "不确定", "都不是", "随便", "说不清")
EMERGENCY, OTHER_EMERGENCY = "E04", "E0499"
ASK_PLACE = "请告诉我更具体的位置，例如哪条路和哪条路的路口、门牌号，或者附近的地标。"
ASK_UNKNOWN = "请说明在哪个区，并给出路口、门牌号或者附近的地标。"
ASK_CLASS = "请问这属于哪一类问题？"


class Reporting:
    """Turns what somebody said into the canonical arguments of `case.create`."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def admit(self, arguments: dict[str, Any], call: Call) -> None:
        """Before anything is asked: what is surely somebody else's matter is said to be."""
        description, words = str(arguments.get("description") or ""), str(arguments.get("category") or "")
        if description and not words:
            _refuse_not_ours(description, await self._platform.search_categories(description, 6))

    async def prepare(self, arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        """Canonical arguments, in the order they are shown; asks where words are not enough."""
        description = _checked(str(arguments.get("description") or ""))
        handled = _handled(arguments, call)
        category = await self._class(arguments.get("category"), description)
        place = await self._place(str(arguments.get("address") or ""))
        ready: dict[str, Any] = {
            "description": description,
            "address": place.address,
            "category_code": category.code,
            "category_name": category.told,
        }
        for name in ("category", "contact_phone", "photos", "casualties"):
            if arguments.get(name):
                ready[name] = arguments[name]
        if "casualties" not in arguments and somebody_is_hurt(description):
            ready["casualties"] = 1
        if handled:
            ready["self_handled"] = True
        if place.lon is not None and place.lat is not None:
            grid = await self._platform.locate(place.lon, place.lat)
            ready |= {"lon": place.lon, "lat": place.lat, "crs": place.crs}
            ready |= {"grid": grid.code} if grid else {}
            if not handled and (known := await self._repeated(category.code, (place.lon, place.lat))):
                ready["linked_to"] = known
        return ready

    async def _repeated(self, code: str, point: tuple[float, float]) -> str | None:
        """The open case that a report here would be added to."""
        near = await Cases(self._platform).similar(code, point, within_m=SAME_M, days=SAME_DAYS)
        return next((each.number for each in near if each.status not in FINAL), None)

    async def _class(self, given: object, description: str) -> Category:
        words = str(given or "").strip()
        if words and (known := await self._named(words)):
            return known
        hits = await self._platform.search_categories(f"{words}，{description}" if words else description, 6)
        _refuse_not_ours(description, hits)
        leading = _leading(hits)
        if len(leading) == 1:
            return leading[0]
        if any(each in words for each in UNSURE_WORDS):
            return await self._other(hits)
        likely = [hit.category for hit in hits if hit.score >= PERHAPS]
        if not leading and (urgent := await self._emergency(description, likely)):
            return urgent
        raise NeedsAnswer("category", ASK_CLASS, await self._choices(leading or likely))

    async def _named(self, words: str) -> Category | None:
        """The class of a code, of a name, or of words that fit one class well."""
        if words.isascii():
            return await self._platform.category(words)
        hits = await self._platform.search_categories(words, 6)
        exact = [hit.category for hit in hits if hit.category.name == words]
        leading = exact or _leading(hits)
        return leading[0] if len(leading) == 1 else None

    async def _other(self, hits: list[CategoryHit]) -> Category:
        likely = hits and hits[0].score >= PERHAPS
        found = hits[0].category if likely else await self._platform.category(ANYTHING[0])
        if found is None:
            raise ToolError("暂时无法确定问题类别，请换个说法再描述一次。")
        return found

    async def _emergency(self, description: str, likely: list[Category]) -> Category | None:
        """Who tells of a danger is not asked for a class: the emergency that is nearest."""
        if not tells_of_danger(description) and not somebody_is_hurt(description):
            return None
        near = next((each for each in likely if each.code.startswith(EMERGENCY)), None)
        return near or await self._platform.category(OTHER_EMERGENCY)

    async def _choices(self, classes: list[Category]) -> tuple[str, ...]:
        names = list(dict.fromkeys(each.name for each in classes))[:3]
        for code in ANYTHING:
            if len(names) >= 2 and classes:
                break
            other = await self._platform.category(code)
            names += [other.name] if other and other.name not in names else []
        return tuple(names[:4])

    async def _place(self, address: str) -> GeoCandidate:
        candidates = (await self._platform.geocode(address)).candidates if address.strip() else ()
        precise = [each for each in candidates if each.precise]
        if len(precise) == 1 or (precise and precise[0].confidence > precise[-1].confidence):
            return precise[0]
        if len(precise) > 1:
            choices = tuple(dict.fromkeys(each.address for each in precise))[:4]
            raise NeedsAnswer("address", "这个地名有好几处，请问是哪一处？", choices)
        if len(candidates) > 1:
            names = "、".join(dict.fromkeys(each.address.removeprefix("武汉市") for each in candidates))
            choices = tuple(dict.fromkeys(each.address for each in candidates))[:4]
            raise NeedsAnswer("address", f"“{address}”可能指{names}。{ASK_PLACE}", choices)
        if candidates:
            name = candidates[0].address.removeprefix("武汉市")
            raise NeedsAnswer("address", f"只知道在{name}还不够找到现场。{ASK_PLACE}")
        raise NeedsAnswer("address", f"没有找到“{address}”这个位置。{ASK_UNKNOWN}" if address.strip() else ASK_PLACE)


def _handled(arguments: Mapping[str, Any], call: Call) -> bool:
    """Whether the problem was solved on the spot; that is for the street's staff, with two pictures."""
    if arguments.get("self_handled") not in (True, "true"):
        return False
    if not call.principal.roles & SELF_HANDLERS:
        raise NotAllowed("只有网格员和值班长可以上报自行处理的问题。")
    if len(arguments.get("photos") or ()) < 2:
        raise NeedsAnswer("photos", "自行处理要附两张照片：先处理前，后处理后。请先上传照片。")
    return True


def _refuse_not_ours(description: str, hits: list[CategoryHit]) -> None:
    """Say whose matter it is where no class is named outright."""
    whose = somebody_else_s(description) if not hits or hits[0].score < GAPPED else None
    if whose:
        raise NotOurs(whose)


def _checked(description: str) -> str:
    words = " ".join(description.split())
    if len(words) < SHORTEST:
        raise NeedsAnswer("description", "请说一下是什么问题，例如什么东西坏了、有什么影响。")
    if len(words) > LONGEST:
        raise NeedsAnswer("description", f"描述太长了，请缩短到 {LONGEST} 个字以内。")
    return words


def _leading(hits: list[CategoryHit]) -> list[Category]:
    """The classes that fit about equally well, one of each group; none when nothing fits well."""
    sure = [hit for hit in hits if hit.score >= SURE]
    best: dict[str, Category] = {}
    for hit in sure:
        if hit.score >= sure[0].score - CLOSE:
            best.setdefault(hit.category.group, hit.category)
    return list(best.values())
