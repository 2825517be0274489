"""Outlet tools: service centres and card counters within 15 minutes, a visit, a lost card, a school zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from .cases import write_key
from .circle import Walk, card_services, outlet_facts
from .define import Call, CallArgument, Prepare, Slot, tool
from .directory import SURE
from .errors import Conflict, NeedsAnswer, NotAllowed, ToolError
from .items import settle_item, settle_place
from .persons import WHOSE, only_themselves, other_person
from .principal import EVERYONE
from .telling_items import say_outlets, say_zone
from .telling_own import say_booking, say_card_loss
from .telling_rows import outlet_rows
from .unified import Applications, BookingDraft, Items, Platform, walk_view
from .utterances import utterances
from .worktime import is_workday

ASK_WHERE = "请告诉我您在哪里，例如路口、门牌号或者附近的地标。"
PLACE = Slot("address", "位置", ask=ASK_WHERE)
CITIZEN = frozenset(("citizen",))
LOSS_BY_THEMSELVES = "请卡主用自己的账号登录来挂失，或者联系合作银行网点、经办窗口，也可以拨打12345问清步骤。"
PERIODS = (("am", "上午", "早上"), ("pm", "下午"))
RESIDENCE = (
    ("local", "武汉户口", "武汉户籍", "本地户口", "本市户口", "户口在"),
    ("other", "外地户口", "外地户籍", "非武汉户口", "不是武汉户口", "外地的"),
)


def outlet_tools(platform: Platform) -> list[BaseTool]:
    """The outlet tools over a platform."""
    return [_search(platform), _card(platform), _loss(platform), _visit(platform), _zone(platform)]


def _search(platform: Platform) -> BaseTool:
    items = Items(platform)

    @tool(
        "outlet.search",
        title="查找附近办事网点",
        effect="read",
        roles=EVERYONE,
        say=say_outlets,
        rows=outlet_rows,
        examples=utterances("outlet.search"),
        timeout_s=12.0,
    )
    async def outlet_search(
        service: Annotated[str, Slot("query", "要办的事", ask="请问要办什么事？")],
        address: Annotated[str, PLACE],
    ) -> Mapping[str, Any]:
        """查找步行15分钟以内、真正能办这件事的便民服务中心。"""
        wanted = await service_named(items, service)
        walks = await items.outlets("service", await settle_place(platform, address), wanted[0] if wanted else None)
        return {"service_name": wanted[1] if wanted else None, "walks": [walk_view(each) for each in walks]}

    return outlet_search


async def service_named(items: Items, words: str) -> tuple[str, str] | None:
    """The service some words name outright (value, name); None when they name none."""
    for value, name, *others in outlet_facts()["extra_services"]:
        if any(each in words for each in (value, name, *others)):
            return value, name
    hits = await items.search(words, 3)
    return (hits[0].item.id, hits[0].item.name) if hits and hits[0].score >= SURE else None


def _card(platform: Platform) -> BaseTool:
    items = Items(platform)
    names = {row[0]: row[1] for row in card_services()}

    @tool(
        "card.outlet.search",
        title="查找附近社保卡网点",
        effect="read",
        roles=EVERYONE,
        say=say_outlets,
        rows=outlet_rows,
        examples=utterances("card.outlet.search"),
        timeout_s=12.0,
    )
    async def card_outlet_search(
        address: Annotated[str, PLACE],
        service: Annotated[str | None, Slot("enum", "社保卡业务", choices=card_services())] = None,
    ) -> Mapping[str, Any]:
        """查找步行15分钟以内、真正能办这项社保卡业务的银行网点。"""
        if service is not None and service not in names:
            raise NeedsAnswer("service", "请问要办哪项社保卡业务？", tuple(names.values()))
        walks = await items.outlets("card", await settle_place(platform, address), service)
        return {"service_name": names.get(service or ""), "walks": [walk_view(each) for each in walks]}

    return card_outlet_search


def _loss(platform: Platform) -> BaseTool:
    owned = Applications(platform)

    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        if not call.principal.verified:
            raise NotAllowed("挂失社保卡要先实名登录，确认是您本人。")
        if whose := other_person(arguments.get("person")):
            raise only_themselves(whose, "社保卡挂失", LOSS_BY_THEMSELVES)
        return {"card": "本人的社会保障卡", "effect": "挂失后这张卡不能再用，找回要解挂或者补办"}

    @tool(
        "card.report_loss",
        title="挂失社保卡",
        effect="write",
        roles=CITIZEN,
        say=say_card_loss,
        examples=utterances("card.report_loss"),
        prepare=prepare,
        object_id="number",
        timeout_s=20.0,
    )
    async def card_report_loss(
        call: CallArgument,
        person: Annotated[str | None, WHOSE] = None,
        card: Annotated[str | None, Slot("text", "卡", derived=True)] = None,
        effect: Annotated[str | None, Slot("text", "后果", derived=True)] = None,
    ) -> Mapping[str, Any]:
        """挂失本人的社会保障卡；要实名登录并确认，别人的卡不能替办。"""
        if whose := other_person(person):
            raise only_themselves(whose, "社保卡挂失", LOSS_BY_THEMSELVES)
        return asdict(await owned.report_card_loss(call.principal, write_key(call)))

    return card_report_loss


# Bookings are made in the name of who is signed in, whoever comes along.
HOLDER = "您本人（按登录身份登记，不能写别人的名字）"


def _prepare_visit(platform: Platform) -> Prepare:
    items = Items(platform)

    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        wanted = await service_named(items, str(arguments.get("service") or ""))
        if wanted is None:
            found = await settle_item(items, str(arguments.get("service") or ""), "service")
            wanted = (found.id, found.name)
        point = await settle_place(platform, str(arguments.get("address") or ""))
        walk = _reachable(await items.outlets("service", point, wanted[0]), wanted[1])
        return {
            "service": wanted[1],
            "address": arguments["address"],
            "day": _open_day(str(arguments.get("day") or ""), call),
            "period": _period(arguments.get("period")),
            "outlet": walk.outlet.id,
            "outlet_name": walk.outlet.name,
            "walk": f"步行约 {walk.minutes} 分钟（估算）",
            "service_id": wanted[0],
            "holder": HOLDER,
        }

    return prepare


def _visit(platform: Platform) -> BaseTool:
    owned, prepare = Applications(platform), _prepare_visit(platform)

    @tool(
        "visit.book", title="预约办事", effect="write", roles=CITIZEN, say=say_booking,
        examples=utterances("visit.book"), prepare=prepare, object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def visit_book(
        service: Annotated[str, Slot("query", "要办的事", ask="请问要预约办什么事？")],
        address: Annotated[str, PLACE],
        day: Annotated[str, Slot("date", "日期", ask="请问约哪一天？只能约工作日。", ahead=True)],
        period: Annotated[str, Slot("enum", "时段", ask="上午还是下午？", choices=PERIODS)],
        call: CallArgument,
        outlet_name: Annotated[str | None, Slot("text", "网点", derived=True)] = None,
        walk: Annotated[str | None, Slot("text", "路程", derived=True)] = None,
        outlet: Annotated[str | None, Slot("text", "网点编号", shown=False, derived=True)] = None,
        service_id: Annotated[str | None, Slot("text", "业务编码", shown=False, derived=True)] = None,
        holder: Annotated[str | None, Slot("text", "预约人", derived=True)] = None,
    ) -> Mapping[str, Any]:
        """预约到附近的便民服务中心办一件事；只能约工作日，每个时段名额有限。"""
        ready: Mapping[str, Any] = {"outlet": outlet, "service_id": service_id, "day": day, "period": period}
        if outlet is None or service_id is None:
            given = {"service": service, "address": address, "day": day, "period": period}
            ready = await prepare(given, call)
        draft = BookingDraft(ready["outlet"], ready["service_id"], ready["day"], ready["period"])
        return asdict(await owned.book(draft, call.principal, write_key(call))) | {"service_name": service}

    return visit_book


def _reachable(walks: list[Walk], name: str) -> Walk:
    if not walks:
        raise Conflict(f"没有查到能办“{name}”的网点，可拨12345询问。")
    return walks[0]


def _open_day(text: str, call: Call) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NeedsAnswer("day", "请问约哪一天？只能约工作日。") from None
    if day <= call.now.date():
        raise NeedsAnswer("day", "只能约明天以后的日子，请问约哪一天？")
    if not is_workday(day):
        raise NeedsAnswer("day", f"{day.month}月{day.day}日不是工作日，请换一天。")
    return day.isoformat()


def _period(given: object) -> str:
    for value, *names in PERIODS:
        if given == value or given in names:
            return value
    raise NeedsAnswer("period", "上午还是下午？", ("上午", "下午"))


def _zone(platform: Platform) -> BaseTool:
    items = Items(platform)

    @tool(
        "school.zone",
        title="查询学校划片",
        effect="read",
        roles=EVERYONE,
        say=say_zone,
        examples=utterances("school.zone"),
        timeout_s=12.0,
    )
    async def school_zone(
        address: Annotated[str, Slot("address", "家庭住址", ask="请告诉我住在哪个区、哪条路或者哪个小区。")],
        residence: Annotated[str, Slot("enum", "户口", ask="孩子是武汉户口还是外地户口？", choices=RESIDENCE)],
    ) -> Mapping[str, Any]:
        """按带日期的划片表查一个地址对应的小学；不预测能不能录取。"""
        if residence not in {row[0] for row in RESIDENCE}:
            raise ToolError("请说明孩子是武汉户口还是外地户口。")
        zone = await items.zone(await settle_place(platform, address))
        return {"zone": asdict(zone) if zone else None, "residence": residence}

    return school_zone
