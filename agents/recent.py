"""What tools told in earlier turns may be cited and asked about in this one: each result is numbered anew."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import BaseMessage, ToolMessage

from tools import spec_of

from .context import tool_result
from .history import tool_message
from .records import Citation
from .toolbox import CONTROL, Toolbox
from .turn import Turn
from .wording import DONE_BEFORE

KEPT = 4


def citable(turn: Turn, messages: Sequence[BaseMessage], toolbox: Toolbox) -> list[BaseMessage]:
    """The messages of earlier turns; the latest results carry a `ref` of this turn and rows, older none."""
    told = [n for n, each in enumerate(messages) if isinstance(each, ToolMessage) and _told(each)]
    return [_numbered(turn, each, toolbox, n in told[-KEPT:]) for n, each in enumerate(messages)]


def _told(message: ToolMessage) -> Mapping[str, Any]:
    """The result a message tells; empty where it tells none."""
    result = tool_result(message) if message.name not in CONTROL else {}
    return result if result.get("say") and "error" not in result else {}


def _numbered(turn: Turn, message: BaseMessage, toolbox: Toolbox, latest: bool) -> BaseMessage:
    result = _told(message) if isinstance(message, ToolMessage) else {}
    if not isinstance(message, ToolMessage) or not result:
        return message
    rest = {name: value for name, value in result.items() if name != "ref"}
    if not latest:
        return tool_message(message.tool_call_id, str(message.name), rest)
    tool = str(result.get("tool") or message.name)
    spec = spec_of(toolbox[tool]) if tool in toolbox else None
    title = spec.title if spec else DONE_BEFORE
    data = rest.get("data") or {}
    rows = [{"name": row.name, "said": row.said} for row in spec.rows(data)] if spec and spec.rows and data else []
    citation = Citation(0, "record", title, str(rest["say"]), tool=tool, record=data)
    text = f"{rest['say']}\n{json.dumps(data, ensure_ascii=False, default=str)}"
    numbered = {"ref": turn.cite("record", text, citation), **rest, **({"rows": rows} if rows else {})}
    return tool_message(message.tool_call_id, str(message.name), numbered)
