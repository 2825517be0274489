"""From a write tool call to an action the user can read: canonical arguments, summary, expiry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from langchain_core.tools import BaseTool

from tools import Call, ToolSpec, spec_of

from .guard import Vault, mask, restore_value
from .records import Action
from .rows import new_id


@dataclass(frozen=True)
class Proposal:
    """An action ready to be shown; its arguments and summary hold placeholders from `vault`."""

    action: Action
    vault: Vault


async def propose(tool: BaseTool, arguments: Mapping[str, Any], vault: Vault, call: Call, minutes: int) -> Proposal:
    """Prepare a write: code, not the model, settles what exactly would be done.

    Raises `NeedsAnswer` when something must still be asked, `ToolError` when it cannot be done.
    """
    spec = spec_of(tool)
    known: dict[str, Any] = restore_value(dict(arguments), vault)
    prepared = await spec.prepare(known, call) if spec.prepare else known
    masked, grown = _masked(prepared, vault)
    summary, grown = _masked(summary_of(spec, prepared), grown)
    action = Action(
        id=new_id("a"),
        tool=spec.name,
        title=spec.title,
        arguments=masked,
        summary=summary,
        expires_at=call.now + timedelta(minutes=minutes),
    )
    return Proposal(action, grown)


def summary_of(spec: ToolSpec, arguments: Mapping[str, Any]) -> str:
    """One "标签：值" line per argument that is shown, in the tool's order."""
    lines = []
    for name, value in arguments.items():
        slot = spec.slots.get(name)
        if value in (None, "", [], ()) or (slot is not None and not slot.shown):
            continue
        label = slot.label if slot else name
        names = {row[0]: row[1] for row in slot.choices} if slot else {}
        lines.append(f"{label}：{_shown(value, names)}")
    return "\n".join(lines)


def _shown(value: Any, names: Mapping[str, str]) -> str:
    """A value as people read it: a choice by its name, several values in one line."""
    if isinstance(value, bool):
        value = str(value).lower()
    if isinstance(value, list | tuple):
        return "、".join(_shown(each, names) for each in value)
    return str(names.get(value, value)) if isinstance(value, str) else str(value)


def _masked(value: Any, vault: Vault) -> tuple[Any, Vault]:
    if isinstance(value, str):
        found = mask(value, vault)
        return found.text, found.vault
    if isinstance(value, Mapping):
        changed = {}
        for name, inner in value.items():
            changed[name], vault = _masked(inner, vault)
        return changed, vault
    if isinstance(value, list | tuple):
        items = []
        for inner in value:
            item, vault = _masked(inner, vault)
            items.append(item)
        return items, vault
    return value, vault


def masked_value(value: Any, vault: Vault) -> tuple[Any, Vault]:
    """Any JSON value with personal data as placeholders, and the vault that now holds them."""
    return _masked(value, vault)
