"""`kb.search`: the tool by which the knowledge base is read, by the desk itself and by models."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from knowledge import Found, Hit, Library, Query, Visibility, without_orders
from tools import EVERYONE, Call, CallArgument, NotFound, Principal, Slot, tool

from .context import LOOKUP
from .thread import look_in

PASSAGES, WIDE = 6, 12
OWN, ENOUGH = 0.1, 0.5
KEYWORDS_ONLY = "keywords_only"


def visibilities(principal: Principal) -> frozenset[Visibility]:
    """Which documents this person may see at all."""
    return frozenset(("public", "staff")) if principal.is_staff else frozenset(("public",))


def look_up(library: Library, text: str, own: frozenset[str], call: Call) -> Found:
    """Search everything this person may see once; passages of the agent's own bases are preferred.

    Of the document that comes first more are kept: several askings at once are answered from several of its sections.

    What is no longer in force is looked for only when what is in force hardly covers the question.
    """
    found = library.search(replace(_query(text, None, call), expired_below=ENOUGH))
    ranked = sorted(found.hits, key=lambda hit: -(hit.score + OWN * (hit.document.base in own)))
    first = ranked[0].document.id if ranked else ""
    kept = [hit for place, hit in enumerate(ranked) if place < PASSAGES or hit.document.id == first]
    return replace(found, hits=tuple(kept), expired=found.expired[:PASSAGES])


def look_up_talk(library: Library, text: str, titles: Sequence[str], call: Call) -> Found:
    """What the documents of the talk say of these words."""
    return look_in(library, titles, _query(text, None, call))


def _query(text: str, bases: frozenset[str] | None, call: Call) -> Query:
    seen = visibilities(call.principal)
    return Query(text, call.now.date(), k=WIDE, bases=bases, visibilities=seen, region=_region(call.principal))


def _region(principal: Principal) -> str | None:
    """The one district a person works in: what is written for others does not hold there."""
    return principal.districts[0] if len(principal.districts) == 1 else None


def passages(found: Found, talk: Found | None = None) -> dict[str, Any]:
    """The result as models see it; the desk adds a `ref` to each passage. `talk`: of the documents of the talk."""
    return {
        "passages": [_passage(hit) for hit in found.hits],
        "expired": [_passage(hit) for hit in found.expired],
        **({"talk": [_passage(hit) for hit in talk.hits]} if talk and talk.hits else {}),
        "coverage": round(found.coverage, 4),
        "degraded": KEYWORDS_ONLY if found.degraded else None,
    }


def _passage(hit: Hit) -> dict[str, Any]:
    document, passage = hit.document, hit.passage
    return {
        "title": document.title,
        "heading": " > ".join(passage.heading_path),
        "text": without_orders(passage.text),
        "status": hit.status,
        "score": round(hit.score, 4),
        "since": hit.since.isoformat() if hit.since else None,
        "by": hit.by,
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
        if unknown := set(bases or ()) - set(library.bases()):
            raise NotFound(f"没有名为 {'、'.join(sorted(unknown))} 的知识库。现有：{'、'.join(library.bases())}。")
        wanted = _query(query, frozenset(bases) if bases else None, call)
        found = await asyncio.to_thread(library.search, wanted)
        return passages(replace(found, hits=found.hits[:PASSAGES], expired=found.expired[:PASSAGES]))

    return kb_search


def _say(result: Mapping[str, Any]) -> str:
    return f"找到 {len(result['passages'])} 段相关内容。" if result["passages"] else "没有找到相关内容。"
