"""What the offline model takes real-life wording to mean: `python -m bench.utterances [WORD]`.

Sets written by people who had not seen the tools' examples: 30 scenario families, each utterance with its asker's role
and the tool (or `knowledge`, `none`) it means. The sets `data/heard-*.jsonl` are among the examples of the house by
now, so that each is asked of a house whose intents are fitted without it (a minute of work); sets that are not
(`data/unseen-*.jsonl`) are asked of the house as it is. Each utterance opens a conversation of its own; the first tool
called, asked for or proposed is what it was taken for, a look-up in vain is a question too. Prints accuracy with its
Wilson interval, by family and by kind, and the commonest confusions; WORD restricts to families or intents with it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agents import Ask, Desk, Reply, bootstrap, open_house, read_settings
from agents.context import LOOKUP
from agents.toolbox import CONTROL
from agents.understanding import Intents
from agents.understanding.intents import background
from eval.intervals import wilson
from server.demo import IDENTITIES
from tools import Principal

DATA = Path(__file__).parent / "data"
KNOWLEDGE, NONE = "knowledge", "none"
HEARD, UNSEEN = ("heard-1-*.jsonl", "heard-2-*.jsonl", "heard-3-*.jsonl"), "unseen-*.jsonl"
# The plan's targets lie in the knowledge base as well, from the same data: an answer is as good from there.
SERVED_AS_WELL = {"kpi.plan.get": KNOWLEDGE}


@dataclass(frozen=True)
class Taken:
    """An utterance and what it was taken for; the reply's outcome and text."""

    row: dict[str, Any]
    intent: str
    reply: Reply

    @property
    def right(self) -> bool:
        """Whether it was taken for what it means, or for what serves as well."""
        meant = str(self.row["intent"])
        answered = self.intent == SERVED_AS_WELL.get(meant) and self.reply.outcome.kind == "answered"
        return answered or self.intent in (meant, *self.row.get("also", ()))


def main() -> None:
    """Ask everything once, in a temporary data folder unless HANZHI_DATA_DIR is set."""
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    for files in HEARD:
        every = _rows(files)
        with _without(every):
            _measure(f"{files}, left out of the examples", every, word)
    if unseen := _rows(UNSEEN):
        _measure(f"{UNSEEN}, no examples", unseen, word)


@contextmanager
def _without(rows: Sequence[dict[str, Any]]) -> Iterator[None]:
    """Houses opened now have none of these among the examples of their intents."""
    heard, fit = {row["text"] for row in rows}, bootstrap.fit_intents

    def fitted(
        examples: Mapping[str, Sequence[str]],
        cache: Path | None = None,
        shipped: Path | None = None,
        none: Sequence[str] = (),
    ) -> Intents:
        others = {label: [line for line in lines if line not in heard] for label, lines in examples.items()}
        return fit(others, None, None, [line for line in none or background() if line not in heard])

    bootstrap.fit_intents = fitted
    try:
        yield
    finally:
        bootstrap.fit_intents = fit


def _measure(title: str, every: Sequence[dict[str, Any]], word: str) -> None:
    rows = [row for row in every if word in f"{row['family']} {row['intent']}"]
    print(f"--- {title}")
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings()
        given = "data_dir" in settings.model_fields_set
        taken = asyncio.run(_ask(rows, settings if given else read_settings(data_dir=Path(folder))))
    for each in taken if word else ():
        print("ok " if each.right else "NOT", each.row["intent"], "->", each.intent, "|", each.row["text"])
    _report(taken)


def _rows(files: str) -> list[dict[str, Any]]:
    return [json.loads(line) for path in sorted(DATA.glob(files)) for line in path.open(encoding="utf-8")]


async def _ask(rows: Sequence[dict[str, Any]], settings: Any) -> list[Taken]:
    people = {role: person for person in IDENTITIES.values() for role in person.roles}
    people["anonymous"] = Principal("bench", frozenset(("anonymous",)))
    async with open_house(settings) as house:
        started = time.process_time()
        taken = [await _one(house.desk, people[row["role"]], row) for row in rows]
        print(f"{len(rows)} turns, {(time.process_time() - started) / max(1, len(rows)) * 1000:.1f} ms CPU each")
    return taken


async def _one(desk: Desk, person: Principal, row: dict[str, Any]) -> Taken:
    conversation = await desk.open_conversation(person)
    reply = await desk.ask(Ask(conversation.id, row["text"]), person)
    trace = await desk.trace(person, conversation.id, reply.turn_id)
    called = [
        call["name"]
        for step in trace.steps
        if step.kind == "message"
        for call in step.details.get("tool_calls", ())
        if call["name"] not in (LOOKUP, *CONTROL)
    ]
    return Taken(row, _intent(reply, called), reply)


def _intent(reply: Reply, called: Sequence[str]) -> str:
    tools = [name for name in called if "." in name or name in ("calendar", "geocode")]
    if "hand_off" in called or reply.outcome.kind == "handoff":
        return "handoff.create"
    if tools:
        return tools[0]
    # What to do in danger is told without being looked up; what was looked up in vain was a question all the same.
    asked = reply.outcome.kind == "emergency" or reply.citations or reply.outcome.reason in ("no_evidence", "expired")
    return KNOWLEDGE if asked else NONE


def _report(taken: Sequence[Taken]) -> None:
    for title, of in (("family", _family), ("kind", _kind)):
        for name in sorted({of(each) for each in taken}):
            print(f"{title} {name:10} {_share([each for each in taken if of(each) == name])}")
    print(f"all {_share(taken)}")
    wrong = Counter((each.row["intent"], each.intent) for each in taken if not each.right)
    for (meant, got), count in wrong.most_common(25):
        print(f"{count:4} {meant} taken for {got}")


def _family(taken: Taken) -> str:
    return str(taken.row["family"] or "-")


def _kind(taken: Taken) -> str:
    intent = str(taken.row["intent"])
    return intent if intent in (KNOWLEDGE, NONE) else "tool"


def _share(taken: Sequence[Taken]) -> str:
    right = sum(each.right for each in taken)
    interval = wilson(right, len(taken))
    shown = f" [{interval.low:.3f}, {interval.high:.3f}]" if interval else ""
    return f"{right}/{len(taken)} = {right / max(1, len(taken)):.3f}{shown}"


if __name__ == "__main__":
    main()
