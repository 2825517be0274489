"""Case tools for everybody: report a problem, look a case up, search, urge, see what is known nearby."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from langchain_core.tools import BaseTool

from . import case_phrases
from .case_steps import CASE_NO, YES_NO
from .case_steps import write_key as write_key
from .define import Call, CallArgument, Slot, tool
from .errors import Conflict, NeedsAnswer, ToolError
from .geocode import GeoCandidate
from .narrowing import PAGE, conditions, named, span
from .phrases import CREATE, GET, SEARCH, URGE
from .principal import EVERYONE
from .reporting import ASK_PLACE, Reporting
from .states_said import CASE_STATES, DUE_CHOICES, FOR_ME, TO_DO, case_states
from .telling import say_case, say_created, say_page, say_similar, say_urged
from .telling_rows import case_rows
from .unified import FINAL, TO_HANDLE, Case, CaseDraft, CaseQuery, Cases, Photo, Platform
from .worktime import apart

Pictures = tuple[Photo, ...]
_APPEALS = (
    "等待裁定的申诉 待裁定 待审批的申诉 申诉申请 申请申诉 部门申诉 没裁定 有没有申诉 有申诉 有无申诉 "
    "哪些申诉 几件申诉 几个申诉 多少申诉 的申诉 申诉的案件 申诉案件 申诉的有 提了申诉 提的申诉 在申诉"
)
ASKED_CHOICES = (
    (
        "any",
        "等待审批的",
        "待审批",
        "要审批",
        "等审批",
        "待批",
        "未审批",
        "没审批",
        "还没批",
        "没批的",
        "审批的申请",
        "等我批",
        "要我批",
    ),
    ("extend", "等待审批的延期申请", "待审批的延期", "待批的延期", "申请延期", "延期申请", "延期等审批", "要延期的"),
    ("suspend", "等待审批的挂账申请", "待审批的挂账", "待批的挂账", "申请挂账", "挂账申请"),
    ("appeal", *_APPEALS.split()),
)
REPORTERS = frozenset(("anonymous", "citizen"))
PROBLEM = Slot("text", "问题描述", ask="请说一下是什么问题，例如什么东西坏了、有什么影响。")
PHONE = Slot("phone", "联系电话", ask="方便留一个联系电话吗？", personal=True)


@dataclass(frozen=True)
class _Settled:
    """Where and what a report is, as `prepare` worked it out."""

    address: str
    category_code: str | None
    lon: float | None
    lat: float | None
    crs: str | None

    def draft(self, words: str, phone: str | None, pictures: Pictures, handled: bool, hurt: int | None) -> CaseDraft:
        """The report as it is sent."""
        place = (self.address, self.category_code or "", self.lon, self.lat, self.crs or "WGS84")
        return CaseDraft(words, *place, phone, pictures, handled, hurt)


def _settled(ready: Mapping[str, Any]) -> _Settled:
    return _Settled(
        ready["address"], ready["category_code"], ready.get("lon"), ready.get("lat"), ready.get("crs")
    )  # fmt: skip


def case_tools(platform: Platform) -> list[BaseTool]:
    """The case tools everybody may use."""
    cases = Cases(platform)
    return [_create(platform), _get(cases), _search(platform), _urge(cases), _similar(platform)]


def _create(platform: Platform) -> BaseTool:
    cases, reporting = Cases(platform), Reporting(platform)

    @tool(
        "case.create", title="上报城市问题", effect="write", roles=EVERYONE, say=say_created, examples=CREATE,
        prepare=reporting.prepare, admit=reporting.admit, object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def case_create(
        description: Annotated[str, PROBLEM],
        address: Annotated[str, Slot("address", "地点", ask=ASK_PLACE)],
        call: CallArgument,
        category: Annotated[str | None, Slot("category", "问题类别", shown=False)] = None,
        contact_phone: Annotated[str | None, PHONE] = None,
        photos: Annotated[list[str] | None, Slot("text", "照片")] = None,
        self_handled: Annotated[bool, Slot("enum", "已自行处理（网格员）", choices=YES_NO)] = False,
        casualties: Annotated[int | None, Slot("number", "伤亡人数")] = None,
        linked_to: Annotated[str | None, Slot("case_no", "将并入已有案件", derived=True)] = None,
        category_code: Annotated[str | None, Slot("text", "类别编码", derived=True, shown=False)] = None,
        category_name: Annotated[str | None, Slot("text", "类别", derived=True)] = None,
        lon: Annotated[float | None, Slot("number", "经度", derived=True, shown=False)] = None,
        lat: Annotated[float | None, Slot("number", "纬度", derived=True, shown=False)] = None,
        crs: Annotated[str | None, Slot("text", "坐标系", derived=True, shown=False)] = None,
        grid: Annotated[str | None, Slot("text", "网格编码", derived=True, shown=False)] = None,
    ) -> Mapping[str, Any]:
        """上报一个城市管理问题（井盖破损、暴露垃圾、道路积水、占道经营等），生成案件并交给城管部门处理；
        附近已有同类案件的并入该案件。网格员当场处理好的，附处理前后照片直接结案。"""
        settled = _Settled(address, category_code, lon, lat, crs)
        if category_code is None:
            said = {"description": description, "address": address, "category": category}
            settled = _settled(await reporting.prepare(said, call))
        pictures = _pictures(photos or [], self_handled)
        draft = settled.draft(description, contact_phone, pictures, self_handled, casualties)
        return (await cases.create(draft, call.principal, write_key(call))).view()

    return case_create


def _get(cases: Cases) -> BaseTool:
    @tool(
        "case.get",
        title="查询案件",
        effect="read",
        roles=EVERYONE,
        say=say_case,
        examples=(*GET, *case_phrases.GET),
        timeout_s=10.0,
    )
    async def case_get(number: Annotated[str, CASE_NO], call: CallArgument) -> Mapping[str, Any]:
        """按案件编号查询案件的状态、类别、地点、处置部门和办理时间。"""
        found = await cases.get(number.strip().upper(), call.principal)
        return {**found.view(), **_left(found, call)}

    return case_get


def _search(platform: Platform) -> BaseTool:
    cases = Cases(platform)

    @tool(
        "case.search", title="查找案件", effect="read", roles=EVERYONE, say=say_page, rows=case_rows,
        examples=(*SEARCH, *case_phrases.SEARCH), timeout_s=10.0,
    )  # fmt: skip
    async def case_search(
        call: CallArgument,
        category: Annotated[str | None, Slot("category", "问题类别")] = None,
        status: Annotated[str | None, Slot("enum", "状态", choices=CASE_STATES)] = None,
        district: Annotated[str | None, Slot("district", "所在区")] = None,
        due: Annotated[str | None, Slot("enum", "处置时限", choices=DUE_CHOICES)] = None,
        supervised: Annotated[bool, Slot("enum", "督办", choices=YES_NO)] = False,
        grid: Annotated[str | None, Slot("text", "网格编码")] = None,
        since: Annotated[str | None, Slot("date", "开始日期")] = None,
        until: Annotated[str | None, Slot("date", "截止日期")] = None,
        text: Annotated[str | None, Slot("query", "关键词")] = None,
        mine: Annotated[bool, Slot("enum", "只看我上报的", choices=(("true", "是"), ("false", "否")))] = False,
        asked: Annotated[str | None, Slot("enum", "待审批的申请", choices=ASKED_CHOICES)] = None,
        page: Annotated[int, Slot("number", "页码")] = 1,
    ) -> Mapping[str, Any]:
        """查找案件列表：市民查自己上报的，工作人员按权限查；可按类别、状态、区、网格、时间和关键词筛选。"""
        limit = due_range(due)
        if limit == "today" and since == until == call.now.date().isoformat():
            since = until = None  # the day belongs to the limit, not to when it was reported
        if asked:
            status = None if status in (TO_DO, *FOR_ME) else status
            since, until = (None, None) if since == until == call.now.date().isoformat() else (since, until)
        query = CaseQuery(
            category=await class_codes(platform, category), status=case_states(status, call.principal.roles),
            district=await district_code(platform, district), due=limit, supervised=supervised or None, grid=grid,
            since=since, until=until, text=text[:200] if text else None, reporter="me" if mine else None,
            page=min(max(1, page), 100_000), size=PAGE, asked=_asked(asked),
        )  # type: ignore[call-arg]  # fmt: skip
        found = await cases.search(query, call.principal)
        rows = [{**_brief(each), **_left(each, call)} for each in found.cases]
        sought = conditions(
            category, named(CASE_STATES, status), district, named(DUE_CHOICES, due), "督办的" if supervised else None,
            grid and f"网格 {grid}", span(since, until), text and f"含“{text[:20]}”", "您上报的" if mine else None,
            asked and named(ASKED_CHOICES, asked),
        )  # fmt: skip
        page_of = {"page": found.index, "size": found.size, "total": found.total}
        return {"cases": rows, **page_of, "due": limit, "conditions": sought}

    return case_search


def _asked(words: str | None) -> Literal["any", "extend", "suspend", "appeal"] | None:
    """The kind of request that waits for a decision, by its value or any of its names."""
    kinds: Mapping[str, Literal["any", "extend", "suspend", "appeal"]] = {
        "any": "any", "extend": "extend", "suspend": "suspend", "appeal": "appeal",
    }  # fmt: skip
    return next((kinds[row[0]] for row in ASKED_CHOICES if words in row), None) if words else None


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
        examples=(*URGE, *case_phrases.URGE),
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


def _similar(platform: Platform) -> BaseTool:
    cases, reporting = Cases(platform), Reporting(platform)

    @tool(
        "case.similar", title="查附近同类案件", effect="read", roles=EVERYONE, say=say_similar,
        examples=case_phrases.SIMILAR, timeout_s=10.0,
    )  # fmt: skip
    async def case_similar(
        description: Annotated[str, Slot("text", "问题描述", ask="请说一下是什么问题。")],
        address: Annotated[str, Slot("address", "地点", ask=ASK_PLACE)],
        call: CallArgument,
        category: Annotated[str | None, Slot("category", "问题类别", shown=False)] = None,
        within_m: Annotated[int, Slot("number", "多少米以内")] = 200,
        days: Annotated[int, Slot("number", "近多少天")] = 30,
    ) -> Mapping[str, Any]:
        """查一个地点附近近期有没有人报过同类问题：只给编号、类别、地点、时间和状态，不含上报人信息。"""
        ready = await reporting.prepare({"description": description, "address": address, "category": category}, call)
        if ready.get("lon") is None:
            raise NeedsAnswer("address", f"这个地点定不到坐标。{ASK_PLACE}")
        metres, span = min(max(10, within_m), 5000), min(max(1, days), 365)
        point = (ready["lon"], ready["lat"])
        found = await cases.similar(ready["category_code"], point, within_m=metres, days=span)
        names = ("category_code", "category_name", "address")
        rows = [asdict(each) for each in found]
        return {**{name: ready[name] for name in names}, "within_m": metres, "days": span, "cases": rows}

    return case_similar


def _pictures(urls: list[str], self_handled: bool) -> Pictures:
    """Pictures in the order they were given: of what was handled at once, the first is before, the rest after."""
    if not self_handled:
        return tuple(Photo("near", url) for url in urls)
    return tuple(Photo("after" if index else "before", url) for index, url in enumerate(urls))


def _brief(case: Case) -> dict[str, Any]:
    names = (
        "number", "status", "status_name", "category_code", "category_name", "address", "district_name", "department",
        "reported_at", "deadline_at", "overdue", "supervised", "demo",
    )  # fmt: skip
    shown = case.view()
    return {name: shown[name] for name in names if name in shown}


def _left(case: Case, call: Call) -> dict[str, str]:
    """How far the limit is, while the time runs."""
    if case.status not in TO_HANDLE or not case.deadline_at:
        return {}
    return {"time_left": apart(datetime.fromisoformat(case.deadline_at), call.now)}


def due_range(words: str | None) -> Literal["overdue", "today", "day"] | None:
    """The range of a value or of its Chinese name."""
    if not words:
        return None
    value = next((row[0] for row in DUE_CHOICES if words in row), None)
    if value is None:
        raise ToolError("处置时限只能是：" + "、".join(row[1] for row in DUE_CHOICES) + "。")
    return value  # type: ignore[return-value]


async def class_codes(platform: Platform, words: str | None) -> str | None:
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


async def district_code(platform: Platform, words: str | None) -> str | None:
    """The code of a district; asks when the words do not name one."""
    if not words:
        return None
    candidates: tuple[GeoCandidate, ...] = (await platform.geocode(words)).candidates
    codes = {each.district for each in candidates if each.district}
    if len(codes) != 1:
        raise NeedsAnswer("district", "请问是武汉市的哪个区？", tuple(sorted(c.address for c in candidates))[:4])
    return codes.pop()
