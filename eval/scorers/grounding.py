"""§3.4 Grounding: every claim rests on what was found or returned, and every citation is real and needed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from ..canonical import CITY_ZONE, tight
from ..facts import Day, Facts, facts_in
from ..matchers import says
from ..trajectory import Hit, Score, Trajectory, Turn
from .claims import OFFICIAL_NUMBERS, Claim, Weights, claims_in, flat, supports, unsupported
from .lines import Lines, Trial

VERSION = 2
BUDGET = 120
_QUOTED = re.compile(r"“([^”]{4,})”")


@dataclass(frozen=True)
class Source:
    """What a citation number of a reply points at; `text` is empty when it points at nothing that was there."""

    number: int
    title: str
    text: str
    status: str


@dataclass(frozen=True)
class Ground:
    """What a trial's replies may rest on."""

    trajectory: Trajectory

    @cached_property
    def hits(self) -> list[Hit]:
        """All passages of the talk."""
        return [hit for each in self.trajectory.retrievals for hit in each.hits]

    @cached_property
    def weights(self) -> Weights:
        """Weights over the passages of the talk."""
        return Weights.of([hit.text for hit in self.hits])

    def results(self, turn: int, tool: str = "") -> list[str]:
        """What tools have returned up to a turn."""
        calls = [each for each in self.trajectory.calls if each.turn <= turn and (not tool or each.tool == tool)]
        return [f"{flat(each.result)}\n{each.error}" for each in calls if each.result or each.error]

    def passages(self, turn: int) -> list[str]:
        """What was found up to a turn."""
        found = [hit for each in self.trajectory.retrievals if each.turn <= turn for hit in each.hits]
        return [f"{hit.document}\n{hit.heading}\n{hit.text}" for hit in found]

    def words(self, turn: int) -> list[str]:
        """What the user has said up to a turn."""
        moves = [each.user for each in self.trajectory.turns if each.n <= turn]
        return [each.text + "\n" + flat(dict(each.arguments)) for each in moves]

    def told(self, turn: Turn) -> list[str]:
        """What the desk itself wrote beside real citations: a tool's own sentences, a document's number and dates."""
        citations = [each for each in turn.reply.get("citations") or () if self.source(each.get("number"), turn).text]
        facts = ("quote", "title", "document_number", "issuer", "published")
        return ["\n".join(str(each.get(name) or "") for name in facts) for each in citations]

    def source(self, number: int, turn: Turn) -> Source:
        """What a citation points at: a passage that was found with just these words, or a record a tool returned."""
        citation = next((each for each in turn.reply.get("citations") or () if each.get("number") == number), None)
        if citation is None:
            return Source(number, "", "", "")
        title, quote = str(citation.get("title") or ""), str(citation.get("quote") or "")
        if citation.get("kind") == "record":
            results = self.results(turn.n, str(citation.get("tool") or ""))
            return Source(number, title, "\n".join([*results, quote]) if results else "", "in_force")
        hit = next((each for each in self.hits if _is_of(each, citation, quote)), None)
        if hit is None:
            return Source(number, title, "", "")
        status = hit.status or str(citation.get("status") or "")
        return Source(number, hit.document or title, hit.text, status)


def score(trial: Trial) -> list[Score]:
    """`grounding` where expected, and always recall, precision, faithfulness, numbers and validity."""
    lines = Lines(trial, VERSION)
    ground = Ground(trial.trajectory)
    recall, precision, faithful = _support(lines, ground)
    numbers, valid, exact = _numbers(lines, ground), _validity(lines, ground), _quotes(lines, ground)
    scores = [recall, precision, faithful, numbers, valid, exact, _in_budget(lines, trial)]
    expected = trial.sample.expect.grounding
    if expected is None:
        return scores
    problems = [*_citation_problems(trial, ground)]
    if expected.min_recall is not None and (recall.value or 0.0) < expected.min_recall:
        problems.append(f"引用召回 {recall.value} 低于 {expected.min_recall}：{'；'.join(recall.evidence)}")
    if expected.min_precision is not None and (precision.value or 0.0) < expected.min_precision:
        problems.append(f"引用精确 {precision.value} 低于 {expected.min_precision}：{'；'.join(precision.evidence)}")
    if expected.numbers == "all_supported" and numbers.value:
        problems += numbers.evidence
    if expected.in_force and valid.value is not None and valid.value < 1.0:
        problems += valid.evidence
    return [lines.verdict("grounding", not problems, problems), *scores]


def claims_of(turn: Turn) -> list[Claim]:
    """The claims of a reply. What only proposes, asks, reports or refuses claims just what it cites."""
    outcome = (turn.reply.get("outcome") or {}).get("is")
    return claims_in(str(turn.reply.get("text") or ""), only_cited=outcome != "answered")


def _support(lines: Lines, ground: Ground) -> tuple[Score, Score, Score]:
    total, cited, faithful, right, citations = 0, 0, 0, 0, 0
    bare, bad, alone = [], [], []
    for turn in ground.trajectory.turns:
        anything = "\n".join([*ground.passages(turn.n), *ground.results(turn.n), *ground.words(turn.n)])
        for claim in claims_of(turn):
            sources = [ground.source(each, turn) for each in claim.cites]
            whole = supports(claim.text, "\n".join(each.text for each in sources), ground.weights)
            needed = [each for each in sources if _is_needed(claim, each, sources, ground.weights, whole)]
            total, cited, citations, right = total + 1, cited + whole, citations + len(sources), right + len(needed)
            borne = whole or supports(claim.text, anything, ground.weights)
            faithful += borne
            bare += [] if whole else [claim.text]
            alone += [] if borne else [claim.text]
            bad += [f"[{each.number}] {claim.text}" for each in sources if each not in needed]
    return (
        lines.share("grounding.citation_recall", cited, total, bare),
        lines.share("grounding.citation_precision", right, citations, bad),
        lines.share("grounding.faithfulness", faithful, total, alone),
    )


def _is_needed(claim: Claim, source: Source, sources: Sequence[Source], weights: Weights, whole: bool) -> bool:
    """ALCE's precision with invalid citations counted: it supports alone, or the rest would not do without it."""
    if not source.text:
        return False
    others = "\n".join(each.text for each in sources if each is not source)
    return supports(claim.text, source.text, weights) or (whole and not supports(claim.text, others, weights))


def _numbers(lines: Lines, ground: Ground) -> Score:
    """Hard facts in replies that no passage, record, word of the user, clock or official channel accounts for."""
    total, wrong = 0, []
    for turn in ground.trajectory.turns:
        stated = facts_in(re.sub(r"\[\d+\]", "", str(turn.reply.get("text") or "")))
        texts = [*ground.passages(turn.n), *ground.results(turn.n), *ground.words(turn.n), *_own_records(turn.reply)]
        texts += ground.told(turn)
        known = [*map(facts_in, texts), _clock_facts(ground.trajectory.clock)]
        total += stated.count
        wrong += [f"第 {turn.n} 轮：{each}" for each in unsupported(stated, known) if each not in " ".join(texts)]
    return lines.share("grounding.number_hallucination", len(wrong), total, wrong, target=0.0)


def _validity(lines: Lines, ground: Ground) -> Score:
    """Citations of answers that point at something that was there and is in force."""
    total, wrong = 0, []
    for turn in ground.trajectory.turns:
        if (turn.reply.get("outcome") or {}).get("is") != "answered":
            continue
        for number in sorted({each for claim in claims_of(turn) for each in claim.cites}):
            source = ground.source(number, turn)
            total += 1
            if not source.text:
                wrong.append(f"第 {turn.n} 轮 [{number}] 没有对应的来源")
            elif source.status not in ("in_force", ""):
                wrong.append(f"第 {turn.n} 轮 [{number}] {source.title} 的状态是 {source.status}")
    return lines.share("grounding.source_validity", total - len(wrong), total, wrong)


def _quotes(lines: Lines, ground: Ground) -> Score:
    """Words in quotation marks that stand so in what was found, returned or said."""
    total, wrong = 0, []
    for turn in ground.trajectory.turns:
        there = tight("\n".join([*ground.passages(turn.n), *ground.results(turn.n), *ground.words(turn.n)]))
        quoted = [each for claim in claims_of(turn) for each in _QUOTED.findall(claim.text)]
        total += len(quoted)
        wrong += [each for each in quoted if tight(each) not in there]
    return lines.share("grounding.quote_exact", total - len(wrong), total, wrong)


def _in_budget(lines: Lines, trial: Trial) -> Score:
    """Says what it must within 120 characters: long answers cannot buy this."""
    expected = trial.sample.expect.reply
    text = re.sub(r"\[\d+\]", "", str(trial.trajectory.last_reply.get("text") or ""))
    if expected is None or not expected.say:
        return lines.verdict(f"grounding.answer_in_{BUDGET}", None)
    said = all(says(each, text, trial.known) for each in expected.say)
    return lines.verdict(
        f"grounding.answer_in_{BUDGET}", said and len(tight(text)) <= BUDGET, [f"{len(tight(text))} 字"]
    )


def _citation_problems(trial: Trial, ground: Ground) -> list[str]:
    expected = trial.sample.expect.grounding
    turns = trial.trajectory.turns
    if expected is None or not turns:
        return []
    sources = [ground.source(each, turn) for turn in turns for claim in claims_of(turn) for each in claim.cites]
    valid = [each for each in sources if each.text]
    problems = [f"引用 [{each.number}] 没有对应的来源" for each in sources if not each.text]
    if expected.citations == "required" and not valid:
        problems.append("没有引用任何来源")
    if expected.citations == "forbidden" and sources:
        problems.append("不应引用来源")
    titles = {tight(each.title) for each in valid}
    if expected.gold_docs and not titles & {tight(each) for each in expected.gold_docs}:
        problems.append(
            f"没有引用 {'、'.join(expected.gold_docs)}，引用了 {'、'.join(each.title for each in valid) or '（无）'}"
        )
    return problems


def _is_of(hit: Hit, citation: Mapping[str, Any], quote: str) -> bool:
    """The same passage (by its id where the trace tells it, else by title and heading), with just these words."""
    passage = str(citation.get("passage_id") or "")
    heading = " > ".join(citation.get("heading_path") or ())
    named = tight(hit.document) == tight(str(citation.get("title") or "")) and tight(heading) in (
        "",
        tight(hit.heading),
    )
    has_id = bool(hit.passage_id and passage and "#" not in hit.passage_id)
    return (hit.passage_id == passage if has_id else named) and tight(quote) in tight(hit.text)


def _own_records(reply: Mapping[str, Any]) -> list[str]:
    """What the desk itself put into a reply beside its text: proposals and receipts."""
    actions = [flat(dict(each.get("arguments") or {})) for each in reply.get("actions") or ()]
    return [*actions, *(flat(dict(each)) for each in reply.get("receipts") or ())]


def _clock_facts(clock: str) -> Facts:
    names = tuple(OFFICIAL_NUMBERS)
    if not clock:
        return Facts(names=names)
    now = datetime.fromisoformat(clock).astimezone(CITY_ZONE)
    return Facts(days=(Day(now.year, now.month, now.day),), names=names)
