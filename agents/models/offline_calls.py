"""What the offline model's moves are made of: a call, a tool's result told, the list that helps to an identifier."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from langchain_core.messages import AIMessage

from knowledge import sentences
from tools import ToolSpec

from ..understanding import IDENTIFIERS
from .offline_words import UNHEARD

Specs = Mapping[str, ToolSpec]


def lister(spec: ToolSpec, given: Mapping[str, Any], specs: Specs) -> ToolSpec | None:
    """The reading tool of the same noun that needs nothing, when `spec` still lacks an identifier."""
    lacking = [name for name in spec.required if name not in given and spec.slots[name].kind in IDENTIFIERS]
    if not lacking:
        return None
    noun = spec.name.split(".")[0]
    return next(
        (
            each
            for name, each in specs.items()
            if name.split(".")[0] == noun and name != spec.name and each.effect == "read" and not each.required
        ),
        None,
    )


def mine(lister: ToolSpec) -> dict[str, Any]:
    """Restrict a list to the asker's own, where the tool can."""
    return {
        name: True
        for name, slot in lister.slots.items()
        if slot.kind == "enum" and {row[0] for row in slot.choices} == {"true", "false"} and "我" in slot.label
    }


def report(result: Mapping[str, Any]) -> str:
    """A tool's result in its own words, each sentence citing it."""
    if "error" in result:
        # What does not fit a schema was said to the model, not to a person.
        return UNHEARD if result.get("kind") == "invalid" else str(result["error"])
    said = str(result.get("say") or "")
    if "ref" not in result:
        return said
    return "\n".join(f"{said[span.start : span.end]}[{result['ref']}]" for span in sentences(said))


def call(name: str, given: Mapping[str, Any], text: str) -> AIMessage:
    """One tool call; its id follows from what is called for which words."""
    canonical = json.dumps([name, given, text], ensure_ascii=False, sort_keys=True, default=str)
    identity = hashlib.sha256(canonical.encode()).hexdigest()[:16]
    return AIMessage(
        "", tool_calls=[{"name": name, "args": dict(given), "id": f"call-{identity}", "type": "tool_call"}]
    )
