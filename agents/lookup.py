"""`kb.search`: the tool by which the knowledge base is read, by the desk itself and by models."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from knowledge import Found, Hit, Library, Query, Visibility
from tools import EVERYONE, Call, CallArgument, Principal, Slot, tool

from .context import LOOKUP

ENOUGH = 0.6
PASSAGES = 5


def visibilities(principal: Principal) -> frozenset[Visibility]:
    """Which documents this person may see at all."""
    return frozenset(("public", "staff")) if principal.is_staff else frozenset(("public",))


def look_up(library: Library, text: str, bases: frozenset[str] | None, call: Call) -> Found:
    """Search the agent's bases first, everything visible when those do not cover the question.

    A base nobody has filled yet is skipped: an agent may be installed before its documents are.
    """
    there = bases & frozenset(library.bases()) if bases else None
    query = Query(text, call.now.date(), k=PASSAGES, bases=there or None, visibilities=visibilities(call.principal))
    own = library.search(query)
    if query.bases is None or own.coverage >= ENOUGH:
        return own
    anywhere = library.search(Query(text, query.as_of, k=PASSAGES, visibilities=query.visibilities))
    return anywhere if anywhere.coverage > own.coverage else own


def passages(found: Found) -> dict[str, Any]:
    """The result as models see it; the desk adds a `ref` to each passage."""
    return {
        "passages": [_passage(hit) for hit in found.hits],
        "expired": [_passage(hit) for hit in found.expired],
        "coverage": round(found.coverage, 4),
    }


def _passage(hit: Hit) -> dict[str, Any]:
    document, passage = hit.document, hit.passage
    return {
        "title": document.title,
        "heading": " > ".join(passage.heading_path),
        "text": passage.text,
        "status": hit.status,
        "score": round(hit.score, 4),
        "since": document.effective_to.isoformat() if document.effective_to else None,
        "by": document.superseded_by,
        "source": {
            "document_id": document.id,
            "passage_id": passage.id,
            "start": passage.start,
            "end": passage.end,
            "base": document.base,
            "number": document.number,
            "issuer": document.issuer,
            "published": document.published.isoformat() if document.published else None,
            "source_url": document.source_url,
            "evidence": document.evidence,
        },
    }


def lookup_tool(library: Library) -> BaseTool:
    """The `kb.search` tool over a library."""

    @tool(LOOKUP, title="查知识库", effect="read", roles=EVERYONE, say=_say)
    async def kb_search(
        query: Annotated[str, Slot("query", "问题")],
        call: CallArgument,
        bases: Annotated[list[str] | None, Slot("enum", "知识库")] = None,
    ) -> Mapping[str, Any]:
        """在现行有效的政策、办事指南和标准中查找与问题有关的段落。"""
        wanted = frozenset(bases) if bases else None
        return passages(await asyncio.to_thread(look_up, library, query, wanted, call))

    return kb_search


def _say(result: Mapping[str, Any]) -> str:
    return f"找到 {len(result['passages'])} 段相关内容。" if result["passages"] else "没有找到相关内容。"
