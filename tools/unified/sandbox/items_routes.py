"""What can be looked up by anybody: service items, bundles, outlets, school zones, datasets, targets of the plan."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from ...catalogue import search_datasets, search_targets
from ...circle import bundled_outlets, walks
from ...directory import SURE, Item, bundled_directory, fit, merged_materials
from ...zoning import zone_of
from .applications import found_item
from .auth import CheckedCaller
from .domain import ground_of, request_id
from .problems import NOT_FOUND, Problem, envelope

router = APIRouter(prefix="/api/v1")
Words = Annotated[str, Query(min_length=1, max_length=300)]
BUNDLE_FITS = 0.6
PARTS_NAMED = 2


class OutletQuery(BaseModel):
    """Where from, what for."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    kind: Literal["service", "card"]
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    service: str | None = Field(None, max_length=60)
    k: int = Field(5, ge=1, le=20)


@router.get("/items")
def search_items(
    q: Words, request: Request, caller: CheckedCaller, k: Annotated[int, Query(ge=1, le=20)] = 5
) -> dict[str, Any]:
    """The items some words fit, best first."""
    hits = bundled_directory().search(q, k)
    found = [{"item": asdict(hit.item), "score": round(hit.score, 4)} for hit in hits]
    return envelope(found, request_id(request))


@router.get("/items/{item}")
def get_item(item: str, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """One item."""
    return envelope(asdict(found_item(item)), request_id(request))


@router.get("/bundles")
def search_bundles(q: Words, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """The bundles some words fit, best first; with no such words, those of which two or more parts are named."""
    directory = bundled_directory()
    scored = [(fit(q, (each.title, *each.aliases)), each) for each in directory.bundles()]
    kept = sorted((each for each in scored if each[0] >= BUNDLE_FITS), key=lambda each: -each[0])
    if not kept:
        named = {hit.item.id for hit in directory.search(q, len(directory.all())) if hit.score >= SURE}
        parts = [(len(named.intersection(each.items)), each) for each in directory.bundles()]
        kept = sorted((each for each in parts if each[0] >= PARTS_NAMED), key=lambda each: -each[0])
    return envelope([asdict(bundle) for _, bundle in kept], request_id(request))


@router.get("/bundles/{bundle}")
def get_bundle(bundle: str, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """One bundle: its items in order, and every material once."""
    known = bundled_directory().bundle(bundle)
    if known is None:
        raise Problem(NOT_FOUND, "没有这个“一件事”。")
    items: list[Item] = [found_item(each) for each in known.items]
    materials = [asdict(each) for each in merged_materials(items)]
    parts = [{"id": each.id, "title": each.title, "name": each.name, "department": each.department,
              "listed": bool(each.materials), "certificate": _certificate(each)} for each in items]  # fmt: skip
    return envelope({**asdict(known), "parts": parts, "materials": materials}, request_id(request))


@router.get("/outlets")
def search_outlets(query: Annotated[OutletQuery, Query()], request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """The outlets that really offer a service, nearest first, with metres and minutes on foot."""
    if not ground_of(request).gazetteer.inside(query.lon, query.lat):
        raise Problem(NOT_FOUND, "这个位置不在武汉市范围内。")
    reached = walks(bundled_outlets(), (query.lon, query.lat), query.kind, query.service)
    found = [asdict(each) | {"near": each.near} for each in reached[: query.k]]
    return envelope(found, request_id(request))


@router.get("/school-zones")
def school_zone(lon: float, lat: float, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """The row of the dated table for a point."""
    zone = zone_of(ground_of(request).gazetteer, lon, lat)
    if zone is None:
        raise Problem(NOT_FOUND, "划片表里没有这个地址，请向区教育局询问或者拨打12345。")
    return envelope(asdict(zone), request_id(request))


@router.get("/datasets")
def list_datasets(q: Words, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """The datasets some words fit, best first; never the data itself."""
    found = [asdict(each) | {"sharing_name": each.sharing_name} for each in search_datasets(q)]
    return envelope(found, request_id(request))


@router.get("/plan-targets")
def list_targets(q: Words, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """The targets of the plan some words fit; nothing says how far any has come."""
    return envelope([asdict(each) for each in search_targets(q)], request_id(request))


def _certificate(item: Item) -> str | None:
    """The paper that an item is done for, where its name does not say it: a business licence for setting up."""
    papers = (name for name in item.aliases if name.endswith(("证", "执照")) and name not in item.name)
    return next(papers, None) if not item.name.endswith("证") else None
