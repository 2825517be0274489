"""Which agent takes a message: who is waiting, what the words mean, who may ask, where the last turn was."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from langchain_core.tools import BaseTool

from tools import Principal, spec_of

from .context import LOOKUP
from .records import Agent, Waiting
from .understanding import (
    Weighing,
    affirmed,
    correction,
    declines,
    drops,
    goes_on,
    is_question,
    only_a_place,
    opens,
    points_at_rows,
    small_talk,
)
from .wishes import Splitter

CLEAR = 0.5
_CLAUSE = re.compile(r"[，,。；;！!]+")
PHRASINGS = 1000
_SHORT = 20


@dataclass(frozen=True)
class Route:
    """The chosen agent, every agent's score in [0, 1], and why."""

    agent: Agent
    scores: Mapping[str, float]
    why: str


class Router:
    """Scores agents by the intents of their tools and of the questions they declare."""

    def __init__(self, agents: Sequence[Agent], weighing: Weighing) -> None:
        self._agents = tuple(agents)
        self._weighing = weighing
        self._splitter = Splitter(weighing)

    def wishes(self, text: str, principal: Principal, waiting: Waiting | None) -> tuple[str, ...]:
        """The wishes of a message, mostly one. While an answer is awaited, only 另外…, 还有… begins another."""
        owners = {label: agent.name for agent in reversed(self._open_to(principal)) for label in labels(agent)}
        return self._splitter.split(text, owners, principal.roles, answering=waiting is not None)

    def acts(self, text: str, principal: Principal) -> str | None:
        """The tool that a message clearly wants to be used; None when it rather asks a question."""
        found = self._weighing.score(text, principal.roles)
        mine = {label for agent in self._open_to(principal) for label in labels(agent)}
        best = max(sorted(mine), key=lambda label: found.get(label, 0.0), default="")
        return best.removeprefix("tool:") if best.startswith("tool:") and found[best] >= CLEAR else None

    def takes_reports(self, principal: Principal) -> Agent | None:
        """The agent that a problem at a place is reported to."""
        mine = (agent for agent in self._open_to(principal) if self._weighing.reporting & set(agent.tools))
        return next(mine, None)

    def reports(self, tool: str | None) -> bool:
        """Whether a tool takes a report of a problem at a place."""
        return tool in self._weighing.reporting

    def insists(self, text: str, principal: Principal) -> bool:
        """Whether a message begins nothing of its own, so that after a refusal it only asks for the same again."""
        apart = is_question(text) or small_talk(text) is not None or drops(text)
        found = self._weighing.score(text, principal.roles)
        return not apart and max(found.values(), default=0.0) < CLEAR and 1.0 - sum(found.values()) < CLEAR

    def choose(
        self, text: str, principal: Principal, waiting: Waiting | None, last: str | None, *, pending: Sequence[str] = ()
    ) -> Route:
        """The agent for this message. A clear new wish leaves whoever was waiting or last.

        `pending` are the tools that wait for the yes: a correction is for who may use them.
        """
        found = self._weighing.score(affirmed(text), principal.roles)
        mine = self._open_to(principal)
        # Shares of one whole: what an agent's tools and questions have of it belongs to the agent.
        scores = {agent.name: sum(found.get(label, 0.0) for label in labels(agent)) for agent in mine}
        named = {agent.name: agent for agent in mine}
        best = max(mine, key=lambda agent: scores[agent.name])
        stay = named.get(waiting.agent if waiting else last or "")
        # Whoever waits is left only for one wish that is clear by itself.
        strongest = max((found.get(label, 0.0) for label in labels(best)), default=0.0)
        answers = waiting is not None and (strongest < CLEAR or not opens(text) or _cannot_say(text))
        wanted = max(labels(best), key=lambda label: found.get(label, 0.0))
        same = stay is not None and (scores[stay.name] >= scores[best.name] or wanted in labels(stay))
        if pending and (correction(text) is not None or not opens(text)):
            owners = [agent for agent in mine if set(pending) & set(agent.tools)]
            stay = stay if stay in owners else next(iter(owners), stay)
            answers = answers or bool(owners)
        if stay and (
            answers
            or goes_on(text)
            or points_at_rows(text)
            or only_a_place(text)
            or _puts_right(text)
            or scores[best.name] < CLEAR
            or same
        ):
            return Route(stay, scores, "waiting" if waiting else "same topic")
        return Route(best, scores, "intent" if scores[best.name] >= CLEAR else "nearest")

    def _open_to(self, principal: Principal) -> list[Agent]:
        return [agent for agent in self._agents if principal.roles & agent.audience]


def _puts_right(text: str) -> bool:
    """Whether a message only takes back what was said just now: 不是徐东，是街道口."""
    changed = correction(text)
    return changed is not None and len(text) <= _SHORT and not is_question(text) and not opens(changed.value or "")


def _cannot_say(text: str) -> bool:
    """Whether a clause says that something is not known: so begins an answer (我也说不清叫什么路，就在…), no wish."""
    return any(declines(clause) for clause in _CLAUSE.split(text))


def labels(agent: Agent) -> list[str]:
    """The intent labels an agent answers to."""
    return [f"know:{agent.name}"] + [f"tool:{name}" for name in agent.tools if name != LOOKUP]


def declared_examples(
    agents: Sequence[Agent], tools: Sequence[BaseTool], phrasings: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Every declared example by label: what the intent heads are fitted on.

    `phrasings` by base are how people ask for what its documents answer; they count for the base's agent.
    """
    found = {}
    for agent in agents:
        asked = [line for base in agent.bases for line in phrasings.get(base, ())]
        if lines := tuple(dict.fromkeys((*agent.examples, *asked[:: 1 + len(asked) // PHRASINGS]))):
            found[f"know:{agent.name}"] = lines
    for each in tools:
        if each.name != LOOKUP and (examples := spec_of(each).examples):
            found[f"tool:{each.name}"] = examples
    return found
