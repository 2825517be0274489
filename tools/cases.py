"""Case tools: report a problem, look a case up, search, urge."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from .define import Call, CallArgument, Slot, tool
from .errors import Conflict, NeedsAnswer, ToolError
from .geocode import GeoCandidate
from .phrases import CREATE, GET, SEARCH, URGE
from .principal import EVERYONE
from .reporting import ASK_PLACE, Reporting
from .telling import say_case, say_created, say_page, say_urged
from .unified import FINAL, STATES, Case, CaseDraft, CaseQuery, Cases, Photo, Platform

STATE_CHOICES = (("open", "未办结", "没办完", "还在办", "未结案", "在办"), *STATES.items())
CASE_NO = Slot("case_no", "案件编号", ask="请告诉我案件编号（以 WH 开头）。")
REPORTERS = frozenset(("anonymous", "citizen"))


def case_tools(platform: Platform) -> list[BaseTool]:
    """The case tools over a platform."""
    cases = Cases(platform)
    return [_create(platform), _get(cases), _search(platform), _urge(cases)]


def _create(platform: Platform) -> BaseTool:
    cases = Cases(platform)
    reporting = Reporting(platform)

    @tool(
        "case.create",
        title="上报城市问题",
        effect="write",
        roles=EVERYONE,
        say=say_created,
        examples=CREATE,
        prepare=reporting.prepare,
        object_id="number",
        timeout_s=20.0,
    )
    async def case_create(
        description: Annotated[str, Slot("text", "问题描述", ask="请说一下是什么问题，例如什么东西坏了、有什么影响。")],
        address: Annotated[str, Slot("address", "地点", ask=ASK_PLACE)],
        call: CallArgument,
        category: Annotated[str | None, Slot("category", "问题类别", shown=False)] = None,
        contact_phone: Annotated[
            str | None, Slot("phone", "联系电话", ask="方便留一个联系电话吗？", personal=True)
        ] = None,
        photos: Annotated[list[str] | None, Slot("text", "照片")] = None,
        category_code: Annotated[str | None, Slot("text", "类别编码", derived=True)] = None,
        category_name: Annotated[str | None, Slot("text", "类别", derived=True)] = None,
        lon: Annotated[float | None, Slot("number", "经度", derived=True)] = None,
        lat: Annotated[float | None, Slot("number", "纬度", derived=True)] = None,
        crs: Annotated[str | None, Slot("text", "坐标系", derived=True)] = None,
        grid: Annotated[str | None, Slot("text", "网格编码", derived=True)] = None,
    ) -> Mapping[str, Any]:
        """上报一个城市管理问题（井盖破损、暴露垃圾、道路积水、占道经营等），生成案件并交给城管部门处理。"""
        if category_code is None:
            known = {"description": description, "address": address, "category": category}
            ready = await reporting.prepare(known, call)
            address, category_code = ready["address"], ready["category_code"]
            lon, lat, crs = ready.get("lon"), ready.get("lat"), ready.get("crs")
        pictures = tuple(Photo("near", url) for url in photos or ())
        draft = CaseDraft(description, address, category_code, lon, lat, crs or "WGS84", contact_phone, photos=pictures)
        return (await cases.create(draft, call.principal, write_key(call))).view()

    return case_create


def _get(cases: Cases) -> BaseTool:
    @tool("case.get", title="查询案件", effect="read", roles=EVERYONE, say=say_case, examples=GET, timeout_s=10.0)
    async def case_get(number: Annotated[str, CASE_NO], call: CallArgument) -> Mapping[str, Any]:
        """按案件编号查询案件的状态、类别、地点、处置部门和办理时间。"""
        return (await cases.get(number.strip().upper(), call.principal)).view()

    return case_get


def _search(platform: Platform) -> BaseTool:
    cases = Cases(platform)

    @tool("case.search", title="查找案件", effect="read", roles=EVERYONE, say=say_page, examples=SEARCH, timeout_s=10.0)
    async def case_search(
        call: CallArgument,
        category: Annotated[str | None, Slot("category", "问题类别")] = None,
        status: Annotated[str | None, Slot("enum", "状态", choices=STATE_CHOICES)] = None,
        district: Annotated[str | None, Slot("district", "所在区")] = None,
        grid: Annotated[str | None, Slot("text", "网格编码")] = None,
        since: Annotated[str | None, Slot("date", "开始日期")] = None,
        until: Annotated[str | None, Slot("date", "截止日期")] = None,
        text: Annotated[str | None, Slot("query", "关键词")] = None,
        mine: Annotated[bool, Slot("enum", "只看我上报的", choices=(("true", "是"), ("false", "否")))] = False,
        page: Annotated[int, Slot("number", "页码")] = 1,
    ) -> Mapping[str, Any]:
        """查找案件列表：市民查自己上报的，工作人员按权限查；可按类别、状态、区、网格、时间和关键词筛选。"""
        query = CaseQuery(
            category=await _code(platform, category),
            status=_state(status),
            district=await _district(platform, district),
            grid=grid,
            since=since,
            until=until,
            text=text[:200] if text else None,
            reporter="me" if mine else None,
            page=min(max(1, page), 100_000),
        )  # type: ignore[call-arg]
        found = await cases.search(query, call.principal)
        return {
            "cases": [_brief(each) for each in found.cases],
            "page": found.index,
            "size": found.size,
            "total": found.total,
        }

    return case_search


def _urge(cases: Cases) -> BaseTool:
    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        number = str(arguments.get("number") or "").strip().upper()
        if not number:
            raise NeedsAnswer("number", CASE_NO.ask)
        case = await cases.get(number, call.principal)
        _refuse_urging(case, call)
        return {
            "number": case.number,
            "category_name": case.category_name,
            "address": case.address,
            "status_name": case.status_name,
        }

    @tool(
        "case.urge",
        title="催办案件",
        effect="write",
        roles=REPORTERS,
        say=say_urged,
        examples=URGE,
        prepare=prepare,
        object_id="number",
        timeout_s=20.0,
    )
    async def case_urge(
        number: Annotated[str, CASE_NO],
        call: CallArgument,
        category_name: Annotated[str | None, Slot("text", "类别", derived=True)] = None,
        address: Annotated[str | None, Slot("text", "地点", derived=True)] = None,
        status_name: Annotated[str | None, Slot("text", "当前状态", derived=True)] = None,
    ) -> Mapping[str, Any]:
        """催办自己上报的案件，每 24 小时可以催办一次。"""
        return (await cases.urge(number.strip().upper(), call.principal, write_key(call))).view()

    return case_urge


def _refuse_urging(case: Case, call: Call) -> None:
    """Say at once what the platform would refuse after the yes."""
    if case.status in FINAL:
        raise Conflict(f"案件 {case.number} 已是“{case.status_name}”状态，不能催办。")
    if case.urged_at and call.now - datetime.fromisoformat(case.urged_at) < timedelta(hours=24):
        raise Conflict(f"案件 {case.number} 在 24 小时内已经催办过一次，请稍后再催。")


def write_key(call: Call) -> str:
    """The key under which a write happens once; the desk always hands one in."""
    if not call.idempotency_key:
        raise ToolError("这项操作需要先确认，不能直接执行。")
    return call.idempotency_key


def _brief(case: Case) -> dict[str, Any]:
    names = (
        "number", "status", "status_name", "category_code", "category_name", "address", "district_name", "department",
        "reported_at", "deadline_at",
    )  # fmt: skip
    shown = case.view()
    return {name: shown[name] for name in names if name in shown}


def _state(words: str | None) -> str | None:
    """The state of a value or of its Chinese name."""
    for value, *names in STATE_CHOICES:
        if words in names:
            return value
    return words


async def _code(platform: Platform, words: str | None) -> str | None:
    """The class code of a code, a name or everyday words; never silently dropped."""
    if not words:
        return None
    known = await platform.category(words) if words.isascii() else None
    if known:
        return known.code
    hits = await platform.search_categories(words, 4)
    exact = [hit for hit in hits if hit.category.name == words]
    if not hits:
        raise ToolError(f"没有找到“{words}”这个问题类别，请换个说法。")
    return (exact or hits)[0].category.code


async def _district(platform: Platform, words: str | None) -> str | None:
    if not words:
        return None
    candidates: tuple[GeoCandidate, ...] = (await platform.geocode(words)).candidates
    codes = {each.district for each in candidates if each.district}
    if len(codes) != 1:
        raise NeedsAnswer("district", "请问是武汉市的哪个区？", tuple(sorted(c.address for c in candidates))[:4])
    return codes.pop()
