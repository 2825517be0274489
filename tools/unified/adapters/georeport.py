"""A client of any city's Open311 GeoReport v2 endpoint: JSON or XML, as the city has it, quirks allowed for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from lxml import etree

from ..finding import CITY_ZONE

MOST_BYTES = 20_000_000
SPECIFICATION = "georeport_v2"
_LISTS = {"services": "service", "service_requests": "request", "errors": "error", "attributes": "attribute"}


class GeoProblem(Exception):
    """The endpoint refused or said nothing we can read; `status` is its HTTP status, or the code of its error list."""

    def __init__(self, status: int, description: str, retry_after: str | None = None) -> None:
        super().__init__(description)
        self.status, self.description, self.retry_after = status, description, retry_after


@dataclass(frozen=True)
class GeoService:
    """A kind of problem the city takes."""

    code: str
    name: str
    group: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    metadata: bool = False
    type: str = "realtime"


@dataclass(frozen=True)
class GeoRequest:
    """A report as the city shows it; times carry a zone, whatever the city sent."""

    id: str
    status: str
    notes: str
    code: str
    name: str
    description: str
    address: str
    requested_at: datetime | None
    updated_at: datetime | None
    expected_at: datetime | None
    agency: str | None = None
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True)
class GeoReceipt:
    """What a post was answered with: an id, a token to ask with, or neither (a city that says nothing)."""

    id: str | None
    token: str | None
    notice: str | None


@dataclass
class GeoReport:
    """Calls one endpoint. `http` carries its address; `api_key` and `jurisdiction` where the city asks for them."""

    http: httpx.AsyncClient
    api_key: str = ""
    jurisdiction: str = ""
    _form: str = field(default="json", init=False)
    _base: str | None = field(default=None, init=False)

    async def services(self) -> list[GeoService]:
        """Everything that can be reported."""
        rows = _rows(await self._get("services"))
        return [_service(row) for row in rows if _text(row, "service_code")]

    async def required(self, code: str) -> tuple[str, ...]:
        """The extra answers a service insists on, in the city's words."""
        found = await self._get(f"services/{code}")
        definition = found[0] if isinstance(found, list) and found else found
        rows = definition.get("attributes") if isinstance(definition, Mapping) else None
        rows = _rows(rows) if rows else []
        return tuple(
            _text(row, "description") or _text(row, "code")
            for row in rows
            if _true(row.get("required")) and _true(row.get("variable", True))
        )

    async def request(self, number: str) -> GeoRequest:
        """One report; raises `GeoProblem` 404 when the city does not know it."""
        rows = _rows(await self._get(f"requests/{number}"))
        if not rows:
            raise GeoProblem(404, "")
        found = _request(rows[0])
        if found.requested_at is None:
            raise GeoProblem(502, "没有上报时间")
        return found

    async def requests(self, **filters: str) -> list[GeoRequest]:
        """Reports by the filters of the specification."""
        rows = _rows(await self._get("requests", **filters))
        found = [_request(row) for row in rows if _text(row, "service_request_id")]
        return [each for each in found if each.requested_at is not None]

    async def post(self, fields: Mapping[str, str]) -> GeoReceipt:
        """Report something, form-encoded."""
        data = {"api_key": self.api_key, **fields}
        if self.jurisdiction:
            data["jurisdiction_id"] = self.jurisdiction
        params = {"jurisdiction_id": self.jurisdiction} if self.jurisdiction else None
        answer = await self.http.post(f"{await self._endpoint()}/requests.{self._form}", data=data, params=params)
        rows = _rows(_read(answer))
        row = rows[0] if rows else {}
        number = _text(row, "service_request_id") or None
        return GeoReceipt(number, _text(row, "token") or None, _text(row, "service_notice") or None)

    async def resolve(self, token: str) -> str | None:
        """The id behind a token, once the city has given one."""
        rows = _rows(await self._get(f"tokens/{token}"))
        return (_text(rows[0], "service_request_id") or None) if rows else None

    async def _get(self, path: str, **params: str) -> Any:
        """One read, in JSON where the city has it, else in XML."""
        if self.jurisdiction:
            params["jurisdiction_id"] = self.jurisdiction
        base = await self._endpoint()
        answer = await self.http.get(f"{base}/{path}.{self._form}", params=params)
        if self._form == "json" and (answer.status_code in (406, 415) or _looks_like_xml(answer)):
            self._form = "xml"
            answer = await self.http.get(f"{base}/{path}.xml", params=params)
        return _read(answer)

    async def _endpoint(self) -> str:
        """Where the service lies: as its discovery says, else where we were told."""
        if self._base is None:
            self._base = await self._discovered() or ""
        return self._base

    async def _discovered(self) -> str | None:
        try:
            answer = await self.http.get("/discovery.json")
            found = _read(answer)
        except GeoProblem as problem:
            if problem.status >= 500 or problem.status == 429:
                raise
            return None  # discovery is optional in practice
        rows = found.get("endpoints", []) if isinstance(found, Mapping) else []
        fitting = [row for row in rows if SPECIFICATION in _text(row, "specification").lower()]
        own = httpx.URL(str(self.http.base_url))
        for row in sorted(fitting, key=lambda each: _text(each, "type") != "production"):
            url = httpx.URL(_text(row, "url") or "/")
            if url.host == own.host and url.scheme in (own.scheme, "https"):
                return str(url).rstrip("/")
        return None  # never to another host: the api_key goes where it was meant for


def _read(answer: httpx.Response) -> Any:
    """The body of an answer; raises `GeoProblem` for every refusal, also those that come with 200."""
    if len(answer.content) > MOST_BYTES:
        raise GeoProblem(502, "回答太大")
    try:
        data = _xml(answer.content) if _looks_like_xml(answer) else json.loads(answer.content)
    except (ValueError, etree.XMLSyntaxError):
        raise GeoProblem(answer.status_code if answer.status_code >= 400 else 502, "") from None
    rows = _rows(data)
    refused = bool(rows) and "code" in rows[0] and "description" in rows[0] and "service_code" not in rows[0]
    if answer.status_code >= 400 or (refused and "datatype" not in rows[0] and "variable" not in rows[0]):
        code = _text(rows[0], "code") if refused else ""
        status = answer.status_code if answer.status_code >= 400 else int(code) if code.isdecimal() else 502
        words = "；".join(_text(row, "description") for row in rows)[:300]
        raise GeoProblem(status, words, answer.headers.get("Retry-After"))
    return data


def _looks_like_xml(answer: httpx.Response) -> bool:
    return answer.content.lstrip()[:1] == b"<"


def _xml(content: bytes) -> Any:
    """XML as the JSON form would be. Entities are not resolved and nothing is fetched."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return _tree(etree.fromstring(content.strip(), parser))


def _tree(element: Any) -> Any:
    children = [child for child in element if isinstance(child.tag, str)]
    if element.tag in _LISTS:
        return [_tree(child) for child in children]
    if children:
        return {child.tag: _tree(child) for child in children}
    return (element.text or "").strip() or None


def _rows(data: Any) -> list[Mapping[str, Any]]:
    """A list of objects, however deep the city wraps it."""
    if isinstance(data, Mapping):
        inner = next((data[name] for name in (*_LISTS, *_LISTS.values()) if name in data), None)
        return _rows(inner) if inner is not None else [data]
    return [row for row in data if isinstance(row, Mapping)] if isinstance(data, list) else []


def _service(row: Mapping[str, Any]) -> GeoService:
    words = _text(row, "keywords").replace("，", ",").split(",")
    return GeoService(
        _text(row, "service_code"), _text(row, "service_name"), _text(row, "group"), _text(row, "description"),
        tuple(each.strip() for each in words if each.strip()), _true(row.get("metadata")),
        _text(row, "type").lower() or "realtime",
    )  # fmt: skip


def _request(row: Mapping[str, Any]) -> GeoRequest:
    return GeoRequest(
        _text(row, "service_request_id"), "closed" if _text(row, "status").lower() == "closed" else "open",
        _text(row, "status_notes"), _text(row, "service_code"), _text(row, "service_name"), _text(row, "description"),
        _text(row, "address"), _moment(row, "requested_datetime"), _moment(row, "updated_datetime"),
        _moment(row, "expected_datetime"), _text(row, "agency_responsible") or None,
        _number(row, "lat"), _number(row, "long") if _number(row, "long") is not None else _number(row, "lng"),
    )  # fmt: skip


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return "" if value is None or isinstance(value, dict | list) else str(value).strip()


def _true(value: Any) -> bool:
    return str(value).strip().lower() in ("true", "1", "yes")


def _number(row: Mapping[str, Any], name: str) -> float | None:
    try:
        value = float(_text(row, name))
    except ValueError:
        return None
    return value if -180 <= value <= 180 and value != 0 else None


def _moment(row: Mapping[str, Any], name: str) -> datetime | None:
    """A time of the city; one without a zone is taken to be local."""
    try:
        at = datetime.fromisoformat(_text(row, name))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=CITY_ZONE)
