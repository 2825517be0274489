"""Open311 GeoReport v2 over the same store: what the public may see, in JSON and XML."""

from __future__ import annotations

import hashlib
import hmac
import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any
from xml.etree import ElementTree

from fastapi import Depends, FastAPI, Form, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from ...categories import Category
from ...pacing import Pacing
from ...principal import Principal
from ..finding import read_moment
from ..lifecycle import FINAL, STATES
from .bodies import CaseBody
from .casework import Casework
from .problems import Problem
from .store import Row

JURISDICTION = "wuhan.hubei.cn"
LONG_NUMBER = re.compile(r"\d[\d\s-]{5,}[\dXx]")
MOST, SPAN = 1000, timedelta(days=90)
_ITEM = {"services": "service", "service_requests": "request", "errors": "error"}


class GeoReportError(Exception):
    """A refusal in the words of the specification."""

    def __init__(self, code: int, description: str, retry_after_s: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after_s = retry_after_s


def open311_key(app_key: str, secret: str) -> str:
    """The api_key by which an application may post; made from its secret, so nobody else can."""
    return hmac.new(secret.encode(), f"open311:{app_key}".encode(), hashlib.sha256).hexdigest()[:40]


def create_open311(casework: Casework, apps: Mapping[str, str], pacing: Callable[[], Pacing | None]) -> FastAPI:
    """The GeoReport application, mounted by the sandbox; `pacing` gives the pace at which callers may call now."""
    app = FastAPI(title="Open311 GeoReport v2", docs_url=None, redoc_url=None, dependencies=[Depends(_pace)])
    app.state.casework, app.state.pacing = casework, pacing
    app.state.keys = {open311_key(name, secret): name for name, secret in apps.items()}
    app.add_exception_handler(GeoReportError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _missing)
    app.get("/discovery.{form}")(discovery)
    app.get("/services.{form}", dependencies=[Depends(_jurisdiction)])(services)
    app.get("/services/{code}.{form}", dependencies=[Depends(_jurisdiction)])(service)
    app.get("/requests.{form}", dependencies=[Depends(_jurisdiction)])(find_requests)
    app.get("/requests/{number}.{form}", dependencies=[Depends(_jurisdiction)])(get_request)
    app.post("/requests.{form}", status_code=201)(post_request)
    return app


async def _pace(request: Request) -> None:
    """Refuse who calls too often: an application by its right key, everybody else by where they call from."""
    pacing: Pacing | None = request.app.state.pacing()
    if pacing is None:
        return
    sent = request.query_params.get("api_key") or (await request.form()).get("api_key")
    address = request.client.host if request.client else ""
    caller = request.app.state.keys.get(sent) or f"open311:{address}"
    if wait_s := pacing.wait_s(caller):
        raise GeoReportError(429, "请求过于频繁，请稍后再试。", math.ceil(wait_s))


def _jurisdiction(jurisdiction_id: str | None = None) -> None:
    if jurisdiction_id not in (None, "", JURISDICTION):
        raise GeoReportError(404, "jurisdiction_id 不存在。")


def discovery(form: str, request: Request) -> Response:
    """Where the service is and what it speaks."""
    url = str(request.url).rsplit("/", 1)[0]
    formats = ["text/xml", "application/json"]
    endpoint = {
        "specification": "http://wiki.open311.org/GeoReport_v2",
        "url": url,
        "changeset": "2026-01-01T00:00:00+08:00",
        "type": "test",
        "formats": formats,
    }
    return _answer(
        form,
        "discovery",
        {
            "changeset": "2026-01-01T00:00:00+08:00",
            "contact": "沙盒平台，仅供测试。",
            "key_service": "由平台管理员发放 api_key。",
            "endpoints": [endpoint],
        },
    )


def services(form: str, request: Request) -> Response:
    """All classes as services."""
    return _answer(form, "services", [_service(each) for each in _work(request).ground.categories])


def service(code: str, form: str, request: Request) -> Response:
    """The definition of one service; no class has extra attributes."""
    _category(request, code)
    return _answer(form, "service_definition", {"service_code": code.upper(), "attributes": []})


def find_requests(
    form: str,
    request: Request,
    service_request_id: str | None = None,
    service_code: str | None = None,
    start_date: str | None = None,
    end_date: str | None = None,
    status: str | None = None,
    page: Annotated[int, Query(ge=1)] = 1,
    page_size: Annotated[int, Query(ge=1, le=MOST)] = MOST,
) -> Response:
    """Many requests, newest first; by default of the last 90 days, at most 1,000."""
    work = _work(request)
    if service_request_id:
        numbers = service_request_id.split(",")[:MOST]
        where, values = f"number IN ({', '.join('?' * len(numbers))})", list[Any](numbers)
    else:
        start, end = _span(work, start_date, end_date)
        where, values = "reported_at >= ? AND reported_at <= ?", [start, end]
        if service_code:
            codes = service_code.upper().split(",")
            where, values = f"{where} AND category_code IN ({', '.join('?' * len(codes))})", [*values, *codes]
        if status and (chosen := _status(status)) is not None:
            where, values = f"{where} AND {chosen}", [*values, *FINAL]
    query = f"SELECT * FROM cases WHERE {where} ORDER BY reported_at DESC, number DESC LIMIT ? OFFSET ?"  # noqa: S608
    rows = work.ground.store.rows(query, [*values, page_size, (page - 1) * page_size])
    return _answer(form, "service_requests", [_public(row) for row in rows])


def get_request(number: str, form: str, request: Request) -> Response:
    """One request; its id is the case's display number."""
    rows = _work(request).ground.store.rows("SELECT * FROM cases WHERE number = ?", [number])
    if not rows:
        raise GeoReportError(404, "没有这个 service_request_id。")
    return _answer(form, "service_requests", [_public(rows[0])])


async def post_request(form: str, request: Request, api_key: Annotated[str, Form()] = "") -> Response:
    """Report something, form-encoded."""
    app_key = request.app.state.keys.get(api_key)
    if app_key is None:
        raise GeoReportError(403, "api_key 缺失或无效。")
    fields = {name: str(value) for name, value in (await request.form()).items()}
    _jurisdiction(fields.get("jurisdiction_id") or request.query_params.get("jurisdiction_id"))
    code = fields.get("service_code", "")
    if not code:
        raise GeoReportError(400, "缺少 service_code。")
    work, category = _work(request), _category(request, code)
    try:
        body = _body(fields, category)
        row = work.draft_row(body)
    except (ValidationError, Problem) as problem:
        text = problem.message if isinstance(problem, Problem) else "请求内容不合要求：请检查位置、描述和电话。"
        raise GeoReportError(400, text) from None
    account = fields.get("account_id") or fields.get("device_id") or "anonymous"
    who = Principal(f"open311:{app_key}:{account}", frozenset(("anonymous",)))
    with work.ground.store.write() as connection:
        made = work.receive(connection, {**row, "source": "open311", "reporter": who.id}, who)
    answer = {
        "service_request_id": made["number"],
        "service_notice": "已并入附近的同类案件。" if made.get("linked") else "已收到，等待受理。",
        "account_id": fields.get("account_id"),
    }
    return _answer(form, "service_requests", [answer], status=201)


def _body(fields: Mapping[str, str], category: Category) -> CaseBody:
    lon, lat = fields.get("long") or fields.get("lng"), fields.get("lat")
    address = fields.get("address_string") or (f"{lat},{lon}" if lat and lon else "")
    media = fields.get("media_url")
    values = {
        "description": fields.get("description") or category.name,
        "address": address,
        "category_code": category.code,
        "lon": lon,
        "lat": lat,
        "contact_phone": fields.get("phone") or None,
        "photos": [{"url": media}] if media else [],
    }
    return CaseBody.model_validate(values)


def _public(row: Row) -> dict[str, Any]:
    """What everybody may read of a case: nothing of the reporter, no pictures, long numbers blanked."""
    state = "已并案" if row["merged_into"] else STATES[row["status"]]
    closing = f"：{row['reason']}" if row["reason"] and row["status"] in FINAL else ""
    return {
        "service_request_id": row["number"],
        "status": "closed" if row["status"] in FINAL else "open",
        "status_notes": f"{row['status']} {state}{closing}",
        "service_name": row["category_name"],
        "service_code": row["category_code"],
        "description": LONG_NUMBER.sub("（已隐去）", row["description"]),
        "agency_responsible": row["department"],
        "service_notice": None,
        "requested_datetime": row["reported_at"],
        "updated_datetime": row["updated_at"],
        "expected_datetime": row["deadline_at"],
        "address": row["address"],
        "address_id": None,
        "zipcode": None,
        "lat": row["lat"],
        "long": row["lon"],
        "media_url": None,
    }


def _service(category: Category) -> dict[str, Any]:
    return {
        "service_code": category.code,
        "service_name": category.name,
        "description": f"{category.major}：{category.name}",
        "metadata": False,
        "type": "realtime",
        "keywords": ",".join(word for word in category.synonyms if "+" not in word),
        "group": category.major,
    }


def _span(work: Casework, start: str | None, end: str | None) -> tuple[str, str]:
    try:
        last = read_moment(end, end=True) if end else work.ground.now()
        first = read_moment(start, end=False) if start else None
    except ValueError as problem:
        raise GeoReportError(400, str(problem)) from None
    until = datetime.fromisoformat(last)
    since = datetime.fromisoformat(first) if first else until - SPAN
    if until - since > SPAN + timedelta(days=1):
        if end is not None:
            raise GeoReportError(400, "start_date 与 end_date 相隔不能超过 90 天。")
        until = since + SPAN
    return since.isoformat(timespec="seconds"), until.isoformat(timespec="seconds")


def _status(status: str) -> str | None:
    """The condition of a comma list of states; None when every state is asked for."""
    asked = {each.strip() for each in status.split(",")}
    if not asked <= {"open", "closed"}:
        raise GeoReportError(400, "status 只能是 open 或 closed，可以用逗号同时给出。")
    if len(asked) == 2:
        return None
    return f"status {'IN' if asked == {'closed'} else 'NOT IN'} ({', '.join('?' * len(FINAL))})"


def _work(request: Request) -> Casework:
    found: Casework = request.app.state.casework
    return found


def _category(request: Request, code: str) -> Category:
    found = _work(request).ground.categories.get(code)
    if found is None:
        raise GeoReportError(404, "没有这个 service_code。")
    return found


def _answer(form: str, root: str, data: Any, status: int = 200) -> Response:
    if form == "json":
        return JSONResponse(data, status)
    if form != "xml":
        raise GeoReportError(404, "格式只有 json 和 xml。")
    tree = _xml(root, data)
    text = ElementTree.tostring(tree, encoding="utf-8", xml_declaration=True)
    return Response(text, status, media_type="text/xml; charset=utf-8")


def _xml(name: str, data: Any) -> ElementTree.Element:
    element = ElementTree.Element(name)
    if isinstance(data, Mapping):
        element.extend([_xml(key, value) for key, value in data.items()])
    elif isinstance(data, list):
        element.extend([_xml(_ITEM.get(name, name.removesuffix("s")), value) for value in data])
    elif data is not None:
        element.text = _clean(str(data).lower() if isinstance(data, bool) else str(data))
    return element


def _clean(text: str) -> str:
    """Without the control characters XML cannot hold."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)


def _fail(request: Request, status: int, description: str, retry_after_s: int | None = None) -> Response:
    form = "json" if request.url.path.endswith(".json") else "xml"
    answer = _answer(form, "errors", [{"code": status, "description": description}], status)
    if retry_after_s is not None:
        answer.headers["Retry-After"] = str(retry_after_s)
    return answer


async def _refused(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, GeoReportError)
    return _fail(request, problem.code, problem.description, problem.retry_after_s)


async def _invalid(request: Request, problem: Exception) -> Response:
    return _fail(request, 400, "参数不合要求。")


async def _missing(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    return _fail(request, problem.status_code, "没有这个接口。")
