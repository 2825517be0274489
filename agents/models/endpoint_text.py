"""A model's text as it streams: reasoning is taken out, tool calls written as text are taken up.

A tag may be split at any character, so what may be the beginning of one is held back.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

# Opening tag → closing tag of what models think aloud.
THINKING = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "<thought>": "</thought>",
    "<reasoning>": "</reasoning>",
    "[THINK]": "[/THINK]",
    "◁think▷": "◁/think▷",
}
CALL, CALL_END = "<tool_call>", "</tool_call>"
_CLOSING = tuple(THINKING.values())
_OPENING = (*THINKING, CALL)
_LONGEST = max(len(tag) for tag in (*_OPENING, *_CLOSING, CALL_END))
_BARE = re.compile(r"^\s*(?:```(?:json)?\s*)?(\{.*\})\s*(?:```)?\s*$", re.DOTALL)


@dataclass(frozen=True)
class RawCall:
    """A tool call as a model wrote it: `arguments` is meant to be a JSON object."""

    name: str
    arguments: str
    id: str = ""


@dataclass
class Sieve:
    """Sorts one answer's text.

    `thinks_first` says whether this model's text begins inside its reasoning, as where the server's template opened the
    tag: None while that is unknown, and then nothing is let out before the answer's end or a tag decides it.
    `bare_calls` takes an answer that is nothing but a call's JSON for that call.
    """

    thinks_first: bool | None = False
    bare_calls: bool = False
    calls: list[RawCall] = field(default_factory=list)
    _buffer: str = ""
    _held: str = ""
    _until: str | None = None

    def __post_init__(self) -> None:
        if self.thinks_first:
            self._until = "</think>"

    def feed(self, text: str) -> str:
        """Take a piece of text; returns what of it may be read."""
        self._buffer += text
        out = ""
        while (piece := self._step()) is not None:
            out += piece
        return self._let(out)

    def close(self) -> str:
        """The rest, at the answer's end. Reasoning that never ended stays unsaid, a call that never ended is a call."""
        rest, self._buffer = self._buffer, ""
        if self._until == CALL_END:
            self.calls.append(_call_in(rest))
            rest = ""
        elif self._until is not None:
            rest = ""
        elif self.thinks_first is None and (self._held + rest).strip():
            self.thinks_first = False
        held, self._held = self._held + rest, ""
        if self.bare_calls and (found := _bare_call(held)) is not None:
            self.calls.append(found)
            return ""
        return held

    def _let(self, out: str) -> str:
        """Hold text back while it may turn out to be reasoning or a bare call."""
        self._held += out
        undecided = self.thinks_first is None or (self.bare_calls and self._held.lstrip()[:1] in ("{", "`", ""))
        if undecided:
            return ""
        out, self._held = self._held, ""
        return out

    def _step(self) -> str | None:
        """Readable text up to the next tag, the tag dealt with; None when more text is needed."""
        if self._until is not None:
            return self._inside(self._until)
        at, tag = _first(self._buffer, (*_OPENING, *_CLOSING))
        if tag is None:
            end = len(self._buffer) - _tail(self._buffer, (*_OPENING, *_CLOSING))
            out, self._buffer = self._buffer[:end], self._buffer[end:]
            return out or None
        out, self._buffer = self._buffer[:at], self._buffer[at + len(tag) :]
        if tag in _CLOSING:
            return self._ended_unopened(out)
        self._until = CALL_END if tag == CALL else THINKING[tag]
        if tag in THINKING and self.thinks_first is None:
            self.thinks_first = False
        return out

    def _inside(self, closing: str) -> str | None:
        at = self._buffer.find(closing)
        if at < 0:
            return None
        body, self._buffer = self._buffer[:at], self._buffer[at + len(closing) :]
        if closing == CALL_END:
            self.calls.append(_call_in(body))
        self._until = None
        return ""

    def _ended_unopened(self, out: str) -> str:
        """A closing tag alone: all before it was reasoning, as far as it has not been let out."""
        if self.thinks_first is None:
            self.thinks_first = True
            self._held = ""
            return ""
        return out


def _first(text: str, tags: tuple[str, ...]) -> tuple[int, str | None]:
    found = [(at, tag) for tag in tags if (at := text.find(tag)) >= 0]
    return min(found, default=(0, None), key=lambda each: each[0])


def _tail(text: str, tags: tuple[str, ...]) -> int:
    """How many characters at the end may be the beginning of a tag."""
    for size in range(min(_LONGEST, len(text)), 0, -1):
        if any(tag.startswith(text[-size:]) for tag in tags if len(tag) > size):
            return size
    return 0


def _call_in(body: str) -> RawCall:
    """The call inside its tags; what cannot be read keeps its words as the arguments."""
    found = _bare_call(body)
    name = re.search(r'"name"\s*:\s*"([^"]+)"', body)
    return found or RawCall(name.group(1) if name else "", body.strip())


def _bare_call(text: str) -> RawCall | None:
    match = _BARE.match(text)
    try:
        value = json.loads(match.group(1)) if match else None
    except ValueError:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return None
    given = value.get("arguments", value.get("parameters", {}))
    return RawCall(value["name"], given if isinstance(given, str) else json.dumps(given, ensure_ascii=False))
