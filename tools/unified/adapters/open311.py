"""Any city's Open311 endpoint as if it were the native platform: a transport for `Platform`, nothing else changes.

What GeoReport v2 lacks is made up for here: a post is sent once per idempotency key (the key is noted first, a mark in
the text finds a report whose answer was lost), own reports are remembered, an open report of the same kind within 50 m
and 7 days is joined instead of repeated. What it cannot do at all is refused in words.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from ...categories import Category
from ...gazetteer import bundled_gazetteer
from ...geocode import geocode
from ...grids import distance_m
from ...principal import Principal
from ..assertion import HEADER, read_assertion
from ..finding import CITY_ZONE, read_moment
from ..lifecycle import FINAL
from .georeport import GeoProblem, GeoReport, GeoRequest
from .ledger import Entry, Ledger
from .open311_cases import case_of, marked, matches, near_of
from .replies import Refused, refusal, respond
from .services import Services

API = "/api/v1"
SAME_M, SAME_DAYS = 50.0, 7
SPAN = timedelta(days=90)
LONGEST = timedelta(days=400)
TOKEN_TRIES, TOKEN_PAUSE_S = 4, 0.5
MISSING = "没有找到这个案件，请核对编号。"
UNSUPPORTED = "本市的平台只开放了上报和查询，不能办理这一项。"


@dataclass(frozen=True)
class Asked:
    """A native request: its path below the prefix, its query, its body, for whom, under which key."""

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str]
    body: Mapping[str, Any]
    who: Principal | None
    key: str


class Open311Transport(httpx.AsyncBaseTransport):
    """Answers native requests out of a GeoReport endpoint. `secret` is the one the client signs with."""

    def __init__(
        self, geo: GeoReport, ledger: Ledger, *, app_key: str, secret: str, clock: Callable[[], datetime]
    ) -> None:
        self._geo, self._ledger = geo, ledger
        self._app_key, self._secret, self._clock = app_key, secret, clock
        self._services = Services(geo)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One native request."""
        try:
            asked = self._read(request, await request.aread())
            data, page = await self._answer(asked)
        except Refused as problem:
            return respond(problem.code, problem.message, retry_after=problem.retry_after)
        except GeoProblem as problem:
            return refusal(problem, MISSING)
        return respond("0", "成功", data, page)

    async def aclose(self) -> None:
        """Close connections and the ledger."""
        await self._geo.http.aclose()
        self._ledger.close()

    def _read(self, request: httpx.Request, body: bytes) -> Asked:
        token = request.headers.get(HEADER)
        who = read_assertion(token, self._app_key, self._secret) if token else None
        parts = tuple(each for each in request.url.path.partition(API)[2].split("/") if each)
        return Asked(
            request.method, parts, dict(request.url.params), json.loads(body) if body else {}, who,
            request.headers.get("Idempotency-Key", ""),
        )  # fmt: skip

    async def _answer(self, asked: Asked) -> tuple[Any, Mapping[str, int] | None]:
        match (asked.method, *asked.path):
            case ("GET", "geocode"):
                return asdict(geocode(bundled_gazetteer(), asked.query.get("address", ""))), None
            case ("GET", "grids", "locate"):
                return self._grid(asked), None
            case ("GET", "categories"):
                return await self._classes(asked.query), None
            case ("GET", "categories", code):
                return await self._class(code), None
            case ("POST", "cases"):
                return await self._create(asked), None
            case ("GET", "cases"):
                return await self._search(asked)
            case ("GET", "cases", "similar"):
                return await self._similar(asked.query), None
            case ("GET", "cases", number):
                return await self._case(number), None
            case ("GET", "requests", key):
                return await self._known_write(key, asked.who), None
        raise Refused("40401", UNSUPPORTED)

    def _grid(self, asked: Asked) -> dict[str, Any]:
        grid = bundled_gazetteer().locate(float(asked.query["lon"]), float(asked.query["lat"]))
        if grid is None:
            raise Refused("40401", "这个位置不在武汉市的网格范围内。")
        return asdict(grid)

    async def _classes(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        categories = (await self._services.known()).categories
        if not query.get("q"):
            return [{**asdict(each), "score": None} for each in categories]
        hits = categories.search(query["q"], int(query.get("k", "5")))
        return [{**asdict(hit.category), "score": hit.score} for hit in hits]

    async def _class(self, code: str) -> dict[str, Any]:
        categories = (await self._services.known()).categories
        found = categories.get(code)
        if found is None:
            raise Refused("40401", f"没有编码为 {code} 的类别。")
        return {**asdict(found), "score": None}

    async def _create(self, asked: Asked) -> dict[str, Any]:
        """Report, exactly once per key."""
        if asked.who is None or not asked.key:
            raise Refused("40301", "请求没有说明代表哪一位用户，不能上报。")
        if asked.body.get("self_handled"):
            raise Refused("40001", UNSUPPORTED)
        digest = hashlib.sha256(json.dumps([asked.body, asked.who.id], sort_keys=True).encode()).hexdigest()
        async with self._locks[asked.key]:
            known = self._ledger.find(asked.key)
            if known is not None and known.digest != digest:
                raise Refused("40901", "这个幂等键已用于另一个请求，请换一个新的键。")
            if known is not None and known.answer is not None:
                return dict(known.answer)
            if known is not None and (found := await self._lost(known, str(asked.body["category_code"]))):
                return await self._keep(asked.key, found)
            now = self._clock().isoformat()
            entry = await asyncio.to_thread(self._ledger.begin, asked.key, digest, asked.who.id, now)
            return await self._keep(asked.key, await self._post(asked, entry))

    async def _post(self, asked: Asked, entry: Entry) -> dict[str, Any]:
        body = asked.body
        services = await self._services.known()
        category = services.categories.get(str(body["category_code"]))
        if category is None:
            raise Refused("40001", "没有这个类别，请换个说法再描述一次。")
        if (open_one := await self._joined(body, category)) is not None:
            return {**case_of(open_one, category), "linked": True}
        if category.code in services.detailed and (missing := await self._geo.required(services.codes[category.code])):
            raise Refused("40001", f"本市平台对这一类还要求填写：{'、'.join(missing)}。请到本市的上报渠道办理。")
        fields = self._fields(asked, entry, services.codes[category.code])
        try:
            receipt = await self._geo.post(fields)
        except GeoProblem as problem:
            # Some cities answer 400 to what they hold already; then it is there.
            found = await self._lost(entry, category.code) if problem.status == 400 else None
            if found is None:
                raise
            return found
        number = receipt.id or (await self._resolved(receipt.token) if receipt.token else None)
        made = await self._fetched(number) if number else None
        return case_of(made or self._as_sent(body, number or f"token:{receipt.token or entry.key}"), category)

    def _fields(self, asked: Asked, entry: Entry, code: str) -> dict[str, str]:
        """What is sent. The account is a pseudonym; the phone only where the person left one."""
        body = asked.body
        who = asked.who.id if asked.who else ""
        fields = {
            "service_code": code,
            "description": marked(str(body["description"]), entry.key),
            "address_string": str(body["address"]),
            "account_id": hmac.new(self._secret.encode(), f"account:{who}".encode(), "sha256").hexdigest()[:16],
        }
        if body.get("lon") is not None and body.get("lat") is not None and body.get("crs", "WGS84") == "WGS84":
            lon, lat = f"{body['lon']}", f"{body['lat']}"
            fields |= {"lat": lat, "long": lon, "lng": lon}
        if body.get("contact_phone"):
            fields["phone"] = str(body["contact_phone"])
        if body.get("photos"):
            fields["media_url"] = str(body["photos"][0]["url"])
        return fields

    async def _keep(self, key: str, case: dict[str, Any]) -> dict[str, Any]:
        await asyncio.to_thread(self._ledger.done, key, str(case["number"]), case)
        return case

    async def _joined(self, body: Mapping[str, Any], category: Category) -> GeoRequest | None:
        """An open report of the same kind close by: Open311 cannot add a voice to it, so it is named instead."""
        if body.get("lon") is None or body.get("lat") is None:
            return None
        place = (float(body["lon"]), float(body["lat"]))
        since = self._clock() - timedelta(days=SAME_DAYS)
        rows = await self._found(since, self._clock(), service_code=category.code, status="open")
        near = [
            (distance_m(place, (row.lon, row.lat)), row) for row in rows if row.lon is not None and row.lat is not None
        ]
        close = [pair for pair in near if pair[0] <= SAME_M]
        return min(close, key=lambda pair: pair[0])[1] if close else None

    async def _lost(self, entry: Entry, code: str) -> dict[str, Any] | None:
        """The report a post made whose answer never came, by its mark."""
        since = datetime.fromisoformat(entry.begun_at) - timedelta(hours=1)
        categories = (await self._services.known()).categories
        category = categories.get(code)
        rows = await self._found(since, self._clock() + timedelta(hours=1), service_code=code)
        mine = next((row for row in rows if matches(row.description, entry.key)), None)
        return case_of(mine, category) if mine is not None else None

    async def _known_write(self, key: str, who: Principal | None) -> dict[str, Any]:
        entry = self._ledger.find(key)
        if entry is None or entry.answer is None:
            raise Refused("40401", "没有带这个幂等键的请求。")
        found: dict[str, Any] = {"key": key, "status": 200, "created_at": entry.begun_at}
        if who is not None and who.id == entry.person:
            found["response"] = dict(entry.answer)
        return found

    async def _resolved(self, token: str) -> str | None:
        """A city that works in batches gives the id later; it is asked for a little while."""
        for _ in range(TOKEN_TRIES):
            number = await self._geo.resolve(token)
            if number:
                return number
            await asyncio.sleep(TOKEN_PAUSE_S)
        return None

    async def _fetched(self, number: str) -> GeoRequest | None:
        """The new report as the city shows it; some show it only later."""
        try:
            return await self._geo.request(number)
        except GeoProblem as problem:
            if problem.status in (404, 400):
                return None
            raise

    def _as_sent(self, body: Mapping[str, Any], number: str) -> GeoRequest:
        now = self._clock()
        return GeoRequest(
            number, "open", "", str(body["category_code"]), "", str(body["description"]), str(body["address"]),
            now, now, None, None, body.get("lat"), body.get("lon"),
        )  # fmt: skip

    async def _case(self, number: str) -> dict[str, Any]:
        if number.lower().startswith("token:"):
            found = await self._geo.resolve(number[6:])
            if found is None:
                raise Refused("40401", "本市平台还没有给出编号，请稍后再查。")
            number = found
        categories = (await self._services.known()).categories
        for spelled in dict.fromkeys((number, number.lower())):
            try:
                row = await self._geo.request(spelled)
            except GeoProblem as problem:
                if problem.status not in (400, 404):
                    raise
                continue
            return case_of(row, categories.get(row.code))
        raise Refused("40401", MISSING)

    async def _search(self, asked: Asked) -> tuple[list[dict[str, Any]], Mapping[str, int]]:
        query = asked.query
        refused = [name for name in ("due", "grid", "supervised", "department") if query.get(name)]
        if refused:
            raise Refused("40001", "本市的平台不能按时限、网格、督办或部门查找。")
        rows = await (self._own(asked.who) if query.get("reporter") == "me" else self._spanned(query))
        categories = (await self._services.known()).categories
        cases = [case_of(row, categories.get(row.code)) for row in rows]
        cases = [each for each in cases if _fits(each, query)]
        cases.sort(key=lambda each: (each["reported_at"], each["number"]), reverse=True)
        index, size = int(query.get("page", "1")), int(query.get("size", "20"))
        page = {"index": index, "size": size, "total": len(cases)}
        return cases[(index - 1) * size : index * size], page

    async def _own(self, who: Principal | None) -> list[GeoRequest]:
        numbers = self._ledger.numbers(who.id) if who else []
        known = [each for each in numbers if not each.startswith("token:")]
        return await self._geo.requests(service_request_id=",".join(known)) if known else []

    async def _spanned(self, query: Mapping[str, str]) -> list[GeoRequest]:
        try:
            until = datetime.fromisoformat(read_moment(query["to"], end=True)) if query.get("to") else self._clock()
            given = query.get("from")
            since = datetime.fromisoformat(read_moment(given, end=False)) if given else until - SPAN
        except ValueError as problem:
            raise Refused("40001", str(problem)) from None
        if not timedelta(0) <= until - since <= LONGEST:
            raise Refused("40001", "查找的时段不对，最长 400 天。")
        filters = {"service_code": query["class"]} if query.get("class") else {}
        return await self._found(since, until, **filters)

    async def _found(self, since: datetime, until: datetime, **filters: str) -> list[GeoRequest]:
        """Reports of a span, asked for in the 90 days a call may take."""
        codes = (await self._services.known()).codes
        if filters.get("service_code"):
            asked = filters["service_code"].upper().split(",")
            filters["service_code"] = ",".join(codes.get(each, each) for each in asked)
        calls: list[Callable[[], Awaitable[Sequence[GeoRequest]]]] = []
        found: dict[str, GeoRequest] = {}
        while since < until:
            end = min(until, since + SPAN)
            span = {"start_date": _w3(since), "end_date": _w3(end)}
            calls.append(lambda span=span: self._geo.requests(**span, **filters))  # type: ignore[misc]
            since = end
        for call in calls:
            found |= {row.id: row for row in await call()}
        return list(found.values())

    async def _similar(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        place = (float(query["lon"]), float(query["lat"]))
        within, days = float(query.get("within_m", "50")), int(query.get("days", "7"))
        since = self._clock() - timedelta(days=days)
        rows = await self._found(since, self._clock(), service_code=query["class"])
        categories = (await self._services.known()).categories
        placed = [row for row in rows if row.lon is not None and row.lat is not None]
        near = [(distance_m(place, (row.lon or 0, row.lat or 0)), row) for row in placed]
        close = sorted((pair for pair in near if pair[0] <= within), key=lambda pair: pair[0])
        return [near_of(case_of(row, categories.get(row.code)), round(far)) for far, row in close[:20]]


def _fits(case: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    states = query.get("status", "")
    if states == "open" and case["status"] in FINAL:
        return False
    if states not in ("", "open") and case["status"] not in states.split(","):
        return False
    if query.get("district") and query["district"] not in (case["district"], case["district_name"]):
        return False
    text = query.get("text")
    return not text or text in case["description"] or text in case["address"]


def _w3(at: datetime) -> str:
    return at.astimezone(CITY_ZONE).isoformat(timespec="seconds")
