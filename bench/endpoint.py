"""The fault table of the endpoint model: what a person gets when the endpoint misbehaves, and after how long.

    python -m bench.endpoint

A server that keeps to the OpenAI protocol (`bench.endpoint_peer`) thinks as the offline model does and spoils its
answers one way at a time. Two things are said to the desk each time: a question, answered in several cited sentences,
and a report, answered by a write call. A row is wrong (✗, exit 1) when it ends otherwise than expected, when a stand-in
does not say what the offline model says, when a broken-off answer is no beginning of the whole one, when anything is
said twice, or when it takes longer than the time for a message allows.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from agents import Ask, House, OfflineModel, Principal, Reply, open_house, read_settings, wording
from agents.models import Limits, open_endpoint

from .endpoint_brain import brain_of
from .endpoint_peer import THOUGHT, Peer, peer

LIMITS, TURN_S = Limits(timeout_s=5.0, silence_s=1.5), 4.0
CITIZEN = Principal("citizen-1", frozenset(("citizen",)), name="测试市民", verified=True)
QUESTION, REPORT = "居住证怎么办，要什么材料？", "徐东大街和友谊大道路口的井盖翘起来了，骑车好危险"
WHOLE, CUT, CONFUSED = "whole", "cut", "refused"


@dataclass(frozen=True)
class Case:
    """A fault: spoiling one answer or all, what is said, and how it must end (`degraded`, and how much is said).

    `before` is said first in the same conversation, while nothing is wrong.
    """

    fault: str | None
    lasting: bool
    said: str
    degraded: str | None = None
    ends: str = WHOLE
    before: tuple[str, ...] = ()


def _both(fault: str, lasting: bool, degraded: str | None = None) -> tuple[Case, Case]:
    return Case(fault, lasting, QUESTION, degraded), Case(fault, lasting, REPORT, degraded)


ONCE, EVERY = False, True
CASES = (
    Case(None, ONCE, QUESTION), Case(None, ONCE, REPORT),
    *_both("down", EVERY, "model_down"), *_both("401", EVERY, "model_refused"),
    *_both("404", EVERY, "model_refused"), *_both("429", ONCE), *_both("429 long", EVERY, "model_busy"),
    *_both("500", ONCE), *_both("503", EVERY, "model_down"), *_both("html", EVERY, "model_garbled"),
    *_both("garbage", EVERY, "model_garbled"), *_both("error inside", EVERY, "model_garbled"),
    *_both("empty", EVERY, "model_garbled"), *_both("filtered", EVERY, "model_cut"),
    *_both("silent", EVERY, "model_slow"), *_both("half-open", EVERY, "model_slow"),
    *_both("keep-alives only", EVERY, "model_slow"), *_both("cut", ONCE), *_both("cut", EVERY, "model_cut"),
    Case("drip", EVERY, QUESTION, "model_slow", CUT), Case("drip", EVERY, REPORT, "model_slow"),
    Case("half-open after a sentence", EVERY, QUESTION, "model_cut", CUT),
    Case("half-open after a sentence", EVERY, REPORT, "model_slow"),
    Case("cut after a sentence", EVERY, QUESTION, "model_cut", CUT), Case("cut after a sentence", ONCE, REPORT),
    Case("cut after a sentence", EVERY, REPORT, "model_cut"), Case("ends early", EVERY, QUESTION, "model_cut", CUT),
    Case("ends early", EVERY, REPORT, "model_cut"), Case("length", EVERY, QUESTION, "model_cut", CUT),
    Case("broken JSON", ONCE, REPORT), Case("broken JSON", EVERY, REPORT, None, CONFUSED),
    Case("unknown tool", ONCE, REPORT), Case("unknown tool", EVERY, REPORT, None, CONFUSED),
    Case("wrong types", ONCE, REPORT), Case("wrong types", EVERY, REPORT, None, CONFUSED),
    Case("unknown argument", ONCE, REPORT), Case("unknown argument", EVERY, REPORT, None, CONFUSED),
    Case("no ids", EVERY, REPORT), Case("same ids", EVERY, REPORT), Case("calls as text", EVERY, REPORT),
    *_both("no tools", EVERY), *_both("no temperature", EVERY),
    Case("short context", EVERY, QUESTION, before=("你好", "你好")),
    Case("short context", EVERY, REPORT, before=("你好", "你好")),
    *_both("think tags", EVERY), *_both("think unopened", EVERY), *_both("reasoning field", EVERY),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """How a case ended."""

    case: Case
    reply: Reply
    expected: Reply
    seconds: float
    calls: int
    protocol: tuple[str, ...]

    @property
    def problems(self) -> list[str]:
        """What is not as it must be."""
        found = [f"broke the protocol: {each}" for each in self.protocol]
        if self.reply.degraded != self.case.degraded:
            found.append(f"degraded is {self.reply.degraded}, not {self.case.degraded}")
        if self.seconds > TURN_S + 1.5:
            found.append("took longer than a message may")
        if THOUGHT in self.reply.text:
            found.append("reasoning was said")
        sentences = [each for each in self.reply.text.replace("\n", "。").split("。") if len(each) > 8]
        if len(set(sentences)) < len(sentences):
            found.append("something was said twice")
        return found + self._ending()

    def _ending(self) -> list[str]:
        text, expected = self.reply.text, self.expected
        if self.case.ends == CONFUSED:
            right = text == wording.CONFUSED and not self.reply.actions
        elif self.case.ends == CUT:
            begun = text.removesuffix(wording.CUT).strip()
            right = text.endswith(wording.CUT) and bool(begun) and expected.text.startswith(begun)
        else:
            right = text == expected.text and len(self.reply.actions) == len(expected.actions)
            right = right and self.reply.outcome == expected.outcome
        return [] if right else ["another ending than expected"]

    def line(self) -> str:
        """A row of the table."""
        case, reply = self.case, self.reply
        got = reply.outcome.kind + (f": {reply.outcome.reason}" if reply.outcome.reason else "")
        extent = {WHOLE: "whole reply", CUT: "its first sentences, then told so", CONFUSED: "told to say it otherwise"}
        mark = "✗ " + "; ".join(self.problems) if self.problems else "✓"
        return (
            f"| {case.fault or 'none'}{'' if case.lasting or case.fault is None else ', once'} "
            f"| {'question' if case.said == QUESTION else 'report'} | {got} ({extent[case.ends]}) "
            f"| {reply.degraded or '—'} | {self.seconds:.1f} | {self.calls} | {mark} |"
        )


async def measure() -> list[Row]:
    """Every case against a desk with an endpoint, each with a model that has learned nothing yet."""
    with tempfile.TemporaryDirectory() as folder:
        model = OfflineModel()
        async with _house(Path(folder) / "brain", model) as thinking, _house(Path(folder) / "desk", model) as house:
            expected = {said: await _fresh(thinking, said) for said in (QUESTION, REPORT)}
            print("| fault | said | the person got | degraded | seconds | model calls | |\n" + "| --- " * 7 + "|")
            with peer(brain_of(thinking, model)) as served:
                return [await _one(house, served, case, expected[case.said]) for case in CASES]


async def _one(house: House, served: Peer, case: Case, expected: Reply) -> Row:
    url = "http://127.0.0.1:9/v1" if case.fault == "down" else served.url
    model = open_endpoint(url, "peer", "", LIMITS)
    asking = house._asking
    asking.model, asking.seconds = model, TURN_S
    asking._bound.clear()
    talk = (await house.desk.open_conversation(CITIZEN)).id
    with _playing(served, None, False):
        for line in case.before:
            await _say(house, line, talk)
        if case.fault not in ("down", "think unopened"):
            await _fresh(house, "你好")
    with _playing(served, case.fault, case.lasting):
        began = time.monotonic()
        reply = await _say(house, case.said, talk)
        seconds, calls = time.monotonic() - began, len(served.requests)
    await model.close()
    row = Row(case, reply, expected, seconds, calls, tuple(served.broken_protocol))
    print(row.line(), flush=True)
    return row


@contextmanager
def _playing(served: Peer, fault: str | None, lasting: bool) -> Iterator[None]:
    served.requests.clear()
    served.broken_protocol.clear()
    served.always, served.faults = (fault, []) if lasting else (None, [fault])
    yield
    served.always, served.faults = None, []


@asynccontextmanager
async def _house(folder: Path, model: OfflineModel) -> AsyncIterator[House]:
    settings = read_settings(data_dir=folder, clock="2026-09-01T10:00:00+08:00")
    async with open_house(settings, model=model) as house:
        yield house


async def _fresh(house: House, text: str) -> Reply:
    return await _say(house, text, (await house.desk.open_conversation(CITIZEN)).id)


async def _say(house: House, text: str, talk: str) -> Reply:
    reply = await house.desk.ask(Ask(talk, text), CITIZEN)
    return replace(reply, conversation_id="", turn_id="", trace_id="")


def main() -> int:
    """Run, print, judge."""
    logging.getLogger("agents").setLevel(logging.ERROR)
    rows = asyncio.run(measure())
    wrong = [row for row in rows if row.problems]
    slowest = max(row.seconds for row in rows)
    print(f"\n{len(rows)} rows, {len(wrong)} wrong; slowest {slowest:.1f} s of {TURN_S:.0f} s a message; ", end="")
    print(f"load average {os.getloadavg()[0]:.1f}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
