"""Worlds: what a sample asks for, as the server's `PUT /eval/world` takes it; and fixtures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from .errors import EvalError
from .sample import Fault, NewDocument, Sample
from .yaml_lines import read_yaml

FIXTURES = Path(__file__).parent / "fixtures"
EMPTY = "empty"
"""The one fixture that is no file: a platform without its demo rows."""
OPERATIONS = Path(__file__).parent / "data" / "operations.yaml"
KINDS: Mapping[str, str] = {
    "timeout": "timeout_after_commit",
    "http_5xx": "http_500",
    "http_200_error_body": "error_body",
    "empty": "empty",
    "stale": "stale",
    "slow": "latency",
    "malformed": "malformed",
    "duplicate_ack": "duplicate_ack",
}
SECONDS: Mapping[str, float] = {"timeout": 6.0, "slow": 0.3}


@dataclass(frozen=True)
class Fixture:
    """A file of `eval/fixtures`: rows of the platform, and tables that `{fn: …}` looks into."""

    tables: Mapping[str, Mapping[str, Any]]
    lookups: Mapping[str, Mapping[str, Any]]


def world_body(sample: Sample) -> dict[str, Any]:
    """The body for `PUT /eval/world`."""
    world = sample.world
    patch: dict[str, dict[str, list[Any]]] = {}
    for name in world.fixtures:
        if name != EMPTY:
            for table, rows in fixture(name).tables.items():
                _add_rows(patch, table, rows.get("upsert", ()), rows.get("delete", ()))
    for table, change in world.patch.items():
        _add_rows(patch, table, change.upsert, change.delete)
    documents = [_document(each) for each in (*world.kb.add, *world.kb.poison)]
    return {
        **({"clock": world.clock} if world.clock else {}),
        "platform": {
            "demo": EMPTY not in world.fixtures,
            "patch": patch,
            "faults": [fault_body(each) for each in world.faults],
        },
        "knowledge": {"add": documents, "remove": list(world.kb.remove)},
    }


def world_hash(body: Mapping[str, Any], snapshot: str) -> str:
    """Names a world: what is set, on which snapshot of the knowledge base."""
    text = json.dumps([body, snapshot], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def lookups(sample: Sample) -> dict[str, Any]:
    """The declared look-ups of a sample's fixtures, for `{fn: …}`."""
    found: dict[str, Any] = {}
    for name in sample.world.fixtures:
        if name != EMPTY:
            for table, rows in fixture(name).lookups.items():
                found[table] = {**found.get(table, {}), **rows}
    return found


@lru_cache(maxsize=64)
def fixture(name: str) -> Fixture:
    """A fixture by its name. Raises `EvalError`."""
    path = FIXTURES / f"{name}.yaml"
    if not path.is_file():
        known = "、".join(sorted(each.stem for each in FIXTURES.glob("*.yaml"))) or "（没有）"
        raise EvalError(f"没有名为 {name} 的数据集。可用的：{known}，以及 {EMPTY}（没有演示数据的平台）。")
    plain = read_yaml(path).plain()
    return Fixture(plain.get("tables", {}), plain.get("lookups", {}))


def fault_body(fault: Fault) -> dict[str, Any]:
    """A fault as the sandbox takes it. Raises `EvalError` for a tool that asks nothing of the platform."""
    when = {"nth": fault.when.nth, "every": fault.when.every, "args": dict(fault.when.args)}
    return {
        "match": operation_of(fault.tool),
        "kind": KINDS[fault.kind],
        "seconds": fault.seconds or SECONDS.get(fault.kind, 1.0),
        "times": 10_000,
        **{name: value for name, value in when.items() if value},
    }


def operation_of(tool: str) -> str:
    """The request of the platform (`METHOD /path`) behind a tool; a request stands for itself."""
    if " " in tool:
        return tool
    known = operations()
    if tool not in known:
        raise EvalError(f"工具 {tool} 不访问平台，不能设故障。可以设故障的：{'、'.join(known)}，或直接写“方法 路径”。")
    return known[tool]


@lru_cache(maxsize=1)
def operations() -> Mapping[str, str]:
    """Tool → request of the platform."""
    found: Mapping[str, str] = yaml.safe_load(OPERATIONS.read_text(encoding="utf-8"))
    return found


def _add_rows(patch: dict[str, dict[str, list[Any]]], table: str, upsert: Any, delete: Any) -> None:
    rows = patch.setdefault(table, {"upsert": [], "delete": []})
    rows["upsert"] += [dict(each) for each in upsert]
    rows["delete"] += [dict(each) for each in delete]


def document_text(document: NewDocument) -> str:
    """A document as a Markdown file: its own front matter, or one made from its facts."""
    text = (FIXTURES / document.file).read_text(encoding="utf-8") if document.file else document.text
    if not text.startswith("---\n"):
        facts = {"title": document.title, **document.facts}
        text = f"---\n{yaml.safe_dump(facts, allow_unicode=True, sort_keys=False)}---\n\n{text}"
    return text


def _document(document: NewDocument) -> dict[str, Any]:
    kept = {"base": document.base, "visibility": document.visibility}
    return {"name": f"{document.id}.md", "text": document_text(document), **kept}
