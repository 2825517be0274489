"""Users: scripted, or reactive. Both see the structured reply; neither guesses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import EvalError
from .sample import Rule, Say, User

STUCK = "user_stuck"
_CONDITION = re.compile(r"(asks|confirms|refuses|outcome|re)(?:\((.*)\))?", re.DOTALL)


@dataclass(frozen=True)
class End:
    """The talk is over, and why: `script`, `done`, `patience`, or `user_stuck`."""

    why: str


@dataclass
class ScriptedUser:
    """Says its lines whatever comes back."""

    user: User
    _at: int = 0

    def next(self, _reply: Mapping[str, Any] | None) -> Say | End:
        """The next move."""
        if self._at == len(self.user.turns):
            return End("script")
        self._at += 1
        return self.user.turns[self._at - 1]


@dataclass
class ReactiveUser:
    """A finite-state user: knows some things, gives each when asked, agrees, corrects, gives up."""

    user: User
    _turn: int = 0
    _given: dict[str, int] = field(default_factory=dict)
    _corrected: set[int] = field(default_factory=set)
    _used: set[int] = field(default_factory=set)
    _fell_back: bool = False

    def next(self, reply: Mapping[str, Any] | None) -> Say | End:
        """The next move after a reply (None before the first)."""
        if reply is None:
            self._turn = 1
            return Say(text=self._opening(), location=self.user.location)
        if self._turn >= self.user.patience:
            return End("patience")
        move = self._react(reply)
        if isinstance(move, Say):
            self._turn += 1
        return move

    def _react(self, reply: Mapping[str, Any]) -> Say | End:
        corrected = self._correction()
        if corrected is not None:
            return corrected
        ruled = self._rule(reply)
        if ruled is not None:
            return ruled
        kind = reply["outcome"]["is"]
        if reply["actions"] and kind == "confirm":
            return self._agree()
        answer = self._answer(reply) if kind == "clarify" or reply["asks"] else None
        if answer is not None:
            return answer
        if kind in self.user.end_when and kind != "clarify":
            return End("done")
        return self._fall_back()

    def _opening(self) -> str:
        words = [self.user.opening.rstrip("。")]
        for slot in self.user.volunteers:
            words.append(self._wording(slot))
        return "，".join(words)

    def _wording(self, slot: str) -> str:
        wordings = self.user.knows[slot]
        times = self._given.get(slot, 0)
        self._given[slot] = times + 1
        return wordings[min(times, len(wordings) - 1)]

    def _correction(self) -> Say | None:
        for number, each in enumerate(self.user.will_correct):
            if number not in self._corrected and self._turn >= each.after_turn:
                self._corrected.add(number)
                return Say(text=each.say)
        return None

    def _rule(self, reply: Mapping[str, Any]) -> Say | None:
        for number, rule in enumerate(self.user.rules):
            if (number not in self._used or not rule.once) and holds(rule, reply):
                self._used.add(number)
                return rule.move
        return None

    def _agree(self) -> Say | End:
        match self.user.confirms:
            case "action":
                return Say("confirm")
            case "words":
                return Say(text="对，确认提交")
            case _:
                return End("done")

    def _answer(self, reply: Mapping[str, Any]) -> Say | None:
        """Answer what is asked: by slot, else by a choice; None where the user has no answer."""
        for asked in reply["asks"]:
            slot = asked["slot"]
            if slot in self.user.knows:
                return Say(text=self._wording(slot))
            if slot in self.user.unknown:
                return Say(text=self.user.unknown[slot])
        for asked in reply["asks"]:
            chosen = self._choose(asked)
            if chosen:
                return Say(text=chosen)
        return None

    def _choose(self, asked: Mapping[str, Any]) -> str:
        """Of the choices offered, the one the user's own words name."""
        for slot, wordings in self.user.knows.items():
            for choice in asked["choices"]:
                if any(choice in words or words in choice for words in wordings):
                    self._given[slot] = self._given.get(slot, 0) + 1
                    return str(choice)
        return ""

    def _fall_back(self) -> Say | End:
        if self.user.fallback and not self._fell_back:
            self._fell_back = True
            return Say(text=self.user.fallback)
        return End(STUCK)


def holds(rule: Rule, reply: Mapping[str, Any]) -> bool:
    """Whether a rule's condition is true of a reply."""
    found = _CONDITION.fullmatch(rule.when)
    if found is None:
        return False
    name, argument = found[1], (found[2] or "").strip()
    outcome = reply["outcome"]
    match name:
        case "asks":
            return any(argument in (asked["slot"], asked["kind"]) for asked in reply["asks"])
        case "confirms":
            tools = [action["tool"] for action in reply["actions"]]
            return bool(tools) and outcome["is"] == "confirm" and (not argument or argument in tools)
        case "refuses":
            return outcome["is"] == "refused" and (not argument or outcome["reason"] == argument)
        case "outcome":
            return bool(outcome["is"] == argument)
        case _:
            return re.search(argument, str(reply["text"])) is not None


def open_user(user: User) -> ScriptedUser | ReactiveUser:
    """The user of a sample. Raises `EvalError` for one that a model plays: it is opened with an endpoint."""
    if user.mode == "llm":
        raise EvalError("这个样本的用户由大模型扮演。请用 --helper-url、--helper-name 给出大模型接口。")
    return ScriptedUser(user) if user.mode == "script" else ReactiveUser(user)
