"""The documents of a talk: what the turns before were answered from, so that short words can be meant of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from knowledge import Found, Library, Query

from .context import LOOKUP, tool_result
from .toolbox import CONTROL

# So many documents, of so many turns; a look-up as sure as this tells what a turn was about though nothing was quoted.
MOST, TURNS, SURE = 2, 6, 0.5
PASSAGES = 24
_MARK = re.compile(r"\[(\d+)\]")


def titles_told(history: Sequence[BaseMessage]) -> tuple[str, ...]:
    """The titles of the documents that the last turns were answered from, newest first.

    A turn that a tool answered, or that had to refuse, was about the document found first, if that was likely.
    """
    turns: list[list[BaseMessage]] = []
    for message in history:
        if isinstance(message, HumanMessage) or not turns:
            turns.append([])
        turns[-1].append(message)
    told = (title for turn in reversed(turns[-TURNS:]) for title in _of_turn(turn))
    return tuple(dict.fromkeys(told))[:MOST]


def look_in(library: Library, titles: Sequence[str], query: Query) -> Found:
    """The passages of the documents of these titles, each document's together, in the order of the titles."""
    entries = library.documents(visibilities=query.visibilities)
    meant = frozenset(each.id for each in entries if each.title in titles)
    if not meant:
        return Found((), (), 0.0)
    found = library.search(replace(query, documents=meant, k=PASSAGES))
    return replace(found, hits=tuple(sorted(found.hits, key=lambda hit: titles.index(hit.document.title))), expired=())


def _of_turn(turn: Sequence[BaseMessage]) -> list[str]:
    named: dict[str, str] = {}
    coverage, quoted, refused = 0.0, [], False
    for message in turn:
        if isinstance(message, ToolMessage) and message.name == LOOKUP:
            result = tool_result(message)
            passages = [*result.get("passages", ()), *result.get("talk", ())]
            named |= {str(each["ref"]): str(each["title"]) for each in passages}
            coverage = float(result.get("coverage") or 0.0)
        elif isinstance(message, AIMessage):
            refused = refused or any(call["name"] in CONTROL for call in message.tool_calls)
            quoted += _MARK.findall(str(message.content))
    first = list(named.values())[:1] if coverage >= SURE else []
    cited = [named[ref] for ref in quoted if ref in named]
    return [title for title in cited if title in first] if refused else cited or first
