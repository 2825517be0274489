"""What is looked up or told by a tool gets a number, under which a reply cites it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools import ToolSpec

from .context import LOOKUP
from .proposals import masked_value
from .records import Citation
from .turn import Turn


def record_result(turn: Turn, spec: ToolSpec, data: Mapping[str, Any], said: str) -> dict[str, Any]:
    """A tool's result as the model sees it: numbered, personal data as placeholders."""
    masked, turn.vault = masked_value({"say": said, "data": dict(data)}, turn.vault)
    if spec.name == LOOKUP:
        return numbered(turn, masked["data"])
    citation = Citation(0, "record", spec.title, masked["say"], tool=spec.name, record=masked["data"])
    return {"ref": turn.cite("record", f"{masked['say']}\n{masked['data']}", citation), **masked}


def numbered(turn: Turn, result: dict[str, Any]) -> dict[str, Any]:
    """Passages as the model sees them, each with its number; what was found is noted in the trace."""
    known: dict[str, dict[str, Any]] = {}
    listed: dict[str, list[dict[str, Any]]] = {
        name: [_with_ref(turn, each, known) for each in result[name]]
        for name in ("passages", "expired", "talk")
        if name in result
    }
    details = [
        {"title": each["title"], "heading": each["heading"], "score": each["score"]} for each in listed["passages"]
    ]
    turn.degraded = turn.degraded or result["degraded"]
    turn.note(
        "lookup",
        "查找依据",
        {"coverage": result["coverage"], "degraded": result["degraded"], "passages": details},
    )
    return {**result, **listed}


def _with_ref(turn: Turn, passage: dict[str, Any], known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A passage with its number: one that is listed twice has one."""
    source = passage["source"]
    if source["passage_id"] in known:
        return known[source["passage_id"]]
    citation = Citation(
        number=0,
        kind="passage",
        title=passage["title"],
        quote=passage["text"],
        document_id=source["document_id"],
        passage_id=source["passage_id"],
        heading_path=tuple(passage["heading"].split(" > ")),
        start=source["start"],
        end=source["end"],
        base=source["base"],
        status=passage["status"],
        document_number=source["number"],
        issuer=source["issuer"],
        published=source["published"],
        source_url=source["source_url"],
        evidence=source["evidence"],
    )
    shown = {name: value for name, value in passage.items() if name != "source"}
    text = f"{passage['title']}\n{passage['heading']}\n{passage['text']}\n{passage['since'] or ''}"
    known[source["passage_id"]] = {"ref": turn.cite("passage", text, citation), **shown}
    return known[source["passage_id"]]
