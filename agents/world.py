"""What evaluation sets and tries: the city clock, the knowledge base, tools without a model. Only with `eval` set."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import knowledge
from knowledge import Document, DocumentFacts, Library, UnknownDocument, Visibility
from tools import Call, Platform, Principal, run_tool, spec_of

from .clock import SettableClock
from .deciding import Decisions
from .errors import Unknown
from .toolbox import Toolbox

BUNDLED = Path(knowledge.__file__).parent / "bundled"


@dataclass(frozen=True)
class NewText:
    """A document that is added for a while."""

    name: str
    base: str
    data: bytes
    visibility: Visibility = "public"


class World:
    """The switches of an evaluation; whoever holds it may do anything, so the server gives it to loopback only."""

    def __init__(
        self, clock: SettableClock, library: Library, decisions: Decisions, toolbox: Toolbox, platform: Platform
    ) -> None:
        self._clock, self._library, self._decisions = clock, library, decisions
        self._toolbox, self._platform = toolbox, platform

    def set_clock(self, moment: datetime | None) -> None:
        """Freeze the city clock at a moment, or let it go."""
        self._clock.set(moment)

    async def settle(self) -> None:
        """Finish writes whose answer never came, so that none reaches into the next world."""
        self._platform.forget_failures()
        await self._decisions.recover(True)

    async def add(self, text: NewText) -> str:
        """Add a document; its id."""

        def work() -> Document:
            facts = DocumentFacts()
            return self._library.add(text.data, text.name, text.base, visibility=text.visibility, facts=facts)

        return (await asyncio.to_thread(work)).id

    async def remove(self, document_id: str) -> None:
        """Remove a document that was added."""
        await asyncio.to_thread(self._library.remove, document_id)

    async def hide(self, title: str) -> str:
        """Take a bundled document out by its title; its name, by which `put_back` brings it back."""
        found = [each for each in self._library.documents() if each.title == title]
        if not found or not _bundled(found[0].source_name).is_file():
            raise UnknownDocument(f"自带知识库里没有题为“{title}”的文件。请核对题名。")
        await asyncio.to_thread(self._library.remove, found[0].id)
        return found[0].source_name

    async def put_back(self, name: str) -> None:
        """Bring a bundled document back."""
        await self.add(NewText(name, name.split("/")[1], _bundled(name).read_bytes()))

    def tools(self) -> dict[str, str]:
        """Every tool's name and effect."""
        return {name: spec_of(self._toolbox[name]).effect for name in self._toolbox.names()}

    def examples(self) -> list[str]:
        """The example utterances of every tool."""
        return [each for name in self._toolbox.names() for each in spec_of(self._toolbox[name]).examples]

    def schemas(self) -> dict[str, Any]:
        """The JSON schema of every tool's arguments; where the desk adds derived ones, more are allowed."""
        return {name: self._schema(name) for name in self._toolbox.names()}

    async def try_tool(self, who: Principal, name: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Do what a tool does as this person, with no model and no question in between; raises its `ToolError`."""
        if name not in self._toolbox:
            raise Unknown(f"没有名为 {name} 的工具。可用的：{'、'.join(self._toolbox.names())}。")
        tool = self._toolbox[name]
        spec = spec_of(tool)
        call = Call(principal=who, now=self._clock(), idempotency_key=f"probe-{uuid4().hex}")
        values = dict(arguments)
        if spec.prepare is not None and who.roles & spec.roles:
            values = await spec.prepare(values, call)
        return (await run_tool(tool, values, call)).data

    def _schema(self, name: str) -> dict[str, Any]:
        tool = self._toolbox[name]
        schema: dict[str, Any] = tool.tool_call_schema.model_json_schema()  # type: ignore[union-attr]
        if spec_of(tool).derived:
            schema.pop("additionalProperties", None)
        return schema


def _bundled(name: str) -> Path:
    return BUNDLED / name.removeprefix("bundled/")
