"""A user played by a language model (§2.3): it adds variety, it never gates. Personal values do not reach the model."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .endpoint import Endpoint, json_in
from .masking import Mask, mask_of
from .sample import Sample, Say
from .users import STUCK, End

VERSION = 1
PROMPT = Path(__file__).parent / "data" / "llm_user.txt"
MOVES = ("say", "confirm", "cancel", "end")
_AGAIN = "请只输出一个 JSON 对象，do 是 say、confirm、cancel 或 end。"
_DECIDE = "还有待确认的事项，不能结束：confirm、cancel，或用 say 说哪里不对。"


@dataclass
class LlmUser:
    """Talks as a model decides; what the model cannot say in two tries leaves the user stuck."""

    sample: Sample
    endpoint: Endpoint
    mask: Mask
    seed: int = 0
    _turn: int = 0
    _messages: list[dict[str, str]] = field(default_factory=list)

    def next(self, reply: Mapping[str, Any] | None) -> Say | End:
        """The next move after a reply (None before the first)."""
        user = self.sample.user
        if reply is None:
            self._messages = [{"role": "system", "content": self.mask.hide(_prompt(self.sample))}]
            if user.opening:
                return self._first(user.opening)
        if self._turn >= user.patience:
            return End("patience")
        told = "对方还没有说话，请你先说。" if reply is None else _told(reply)
        self._messages.append({"role": "user", "content": self.mask.hide(told)})
        move = self._decide(waiting=bool(reply and reply.get("actions")))
        self._turn += isinstance(move, Say)
        return move

    def _first(self, words: str) -> Say:
        self._turn, said = 1, {"do": "say", "say": self.mask.hide(words)}
        self._messages.append({"role": "user", "content": "对方还没有说话，请你先说。"})
        self._messages.append({"role": "assistant", "content": json.dumps(said, ensure_ascii=False)})
        return Say(text=words, location=self.sample.user.location)

    def _decide(self, *, waiting: bool) -> Say | End:
        for _ in range(2):
            answer = self.endpoint.ask(self._messages, self.seed)
            self._messages.append({"role": "assistant", "content": self.mask.hide(answer)})
            found = json_in(answer) or {}
            kind, words = str(found.get("do") or ""), str(found.get("say") or "").strip()
            ends_early = kind == "end" and waiting
            if kind in MOVES and not ends_early and (kind != "say" or words):
                return self._move(kind, words)
            self._messages.append({"role": "user", "content": _DECIDE if ends_early else _AGAIN})
        return End(STUCK)

    def _move(self, kind: str, words: str) -> Say | End:
        if kind == "end":
            return End("done")
        return Say("text", self.mask.restore(words)) if kind == "say" else Say(kind)


def open_llm_user(sample: Sample, endpoint: Endpoint, names: Iterable[str], seed: int) -> LlmUser:
    """The user of a sample; `names` are those of people, hidden with the sample's own personal values."""
    return LlmUser(sample, endpoint, mask_of(sample, names), seed)


def _prompt(sample: Sample) -> str:
    user = sample.user
    more = [f"第 {each.after_turn} 轮之后更正：{each.say}" for each in user.will_correct]
    parts = {
        "goal": user.goal or sample.title,
        "knows": "；".join(f"{slot}：{'／'.join(words)}" for slot, words in user.knows.items()) or "没有别的",
        "unknown": "；".join(f"{slot}：{words}" for slot, words in user.unknown.items()) or "没有",
        "more": "；".join(more) or "没有",
    }
    return PROMPT.read_text(encoding="utf-8").format(**parts)


def _told(reply: Mapping[str, Any]) -> str:
    """A reply as the model reads it: the words, what is asked, what waits for a yes."""
    lines = [str(reply.get("text") or "（没有说话）")]
    lines += [f"〔对方在问：{each.get('slot')}〕" for each in reply.get("asks") or ()]
    lines += [f"〔待你确认：{each.get('summary') or each.get('tool')}〕" for each in reply.get("actions") or ()]
    return "\n".join(lines)
