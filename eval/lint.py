"""Whether samples are fit to judge by: what can be seen without running anything."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from .errors import EvalError, Finding
from .library_facts import holdings
from .matchers import MatcherError, says
from .reading import Reading
from .sample import Sample
from .variants import versions
from .world import world_body

ALIKE = 0.9
TOO_NEAR = 0.8
_RULE_TOOL = re.compile(r"confirms\((.+)\)")


@dataclass(frozen=True)
class Product:
    """What the product under test has: tools with their schemas, and the example utterances it was made with."""

    tools: Mapping[str, Any]
    examples: tuple[str, ...] = ()


def lint(reading: Reading, product: Product | None = None) -> list[Finding]:
    """Everything that is wrong and can be seen; with a `product`, tools and overlap with its examples too."""
    by_id = {each.id: each for each in reading.samples}
    found = list(reading.findings)
    for sample in reading.samples:
        for check in (_world, _gold, _twin, _variants(reading), _matchers):
            found += check(sample, by_id)
        if product is not None:
            found += _tools(sample, product)
    return [*found, *_near_duplicates(reading.samples), *(_overlap(reading.samples, product) if product else ())]


def finding(sample: Sample, path: str, message: str, fix: str) -> Finding:
    """A finding about a sample."""
    return Finding(sample.file, sample.line, f"{sample.id} {path}", message, fix, sample.id)


def _world(sample: Sample, _by_id: Mapping[str, Sample]) -> Iterator[Finding]:
    try:
        world_body(sample)
    except (EvalError, OSError) as problem:
        yield finding(sample, "world", str(problem), "改成有的名字，或在 eval/fixtures 里加上。")
    if not sample.world.clock:
        yield finding(sample, "world.clock", "没有写固定的时间。", "写上 clock，否则结果随日期变化。")


def _gold(sample: Sample, _by_id: Mapping[str, Sample]) -> Iterator[Finding]:
    held, day = holdings(sample), _day(sample)
    expect = sample.expect
    golds = [(each.doc, each.section) for each in expect.retrieval.gold] if expect.retrieval else []
    golds += [(each, "") for each in expect.grounding.gold_docs] if expect.grounding else []
    expired = expect.outcome is not None and "expired" in expect.outcome.reasons
    for title, section in golds:
        document = held.get(title)
        if document is None:
            yield finding(sample, "expect.retrieval.gold", f"知识库里没有《{title}》。", "核对题名，或用 kb.add 加上。")
        elif not document.has(section):
            known = "、".join(document.headings[:8])
            yield finding(sample, "expect.retrieval.gold", f"《{title}》没有“{section}”这一节。", f"有：{known}。")
        elif day and not document.in_force(day) and not expired:
            fix = "换现行有效的文件，改 world.clock，或让结果是 expired。"
            yield finding(sample, "expect.retrieval.gold", f"《{title}》在 {day} 不是现行有效的。", fix)


def _twin(sample: Sample, by_id: Mapping[str, Sample]) -> Iterator[Finding]:
    refuses = sample.expect.outcome is not None and sample.expect.outcome.kinds == ("refused",)
    allowed = any(each.agent == "refuse_all" for each in sample.null_ok)
    if not (refuses or allowed):
        return
    twin = by_id.get(sample.twin)
    if twin is None:
        said = f"没有编号为 {sample.twin} 的样本。" if sample.twin else "该拒绝的样本没有写 twin。"
        yield finding(sample, "twin", said, "写上问法相近、但应当办成的样本编号：只会拒绝的智能体要在那里不通过。")
    elif twin.expect.outcome is not None and twin.expect.outcome.kinds == ("refused",):
        yield finding(sample, "twin", f"{twin.id} 也是该拒绝的。", "换一个应当办成的样本。")


def _variants(reading: Reading) -> Callable[[Sample, Mapping[str, Sample]], Iterator[Finding]]:
    def check(sample: Sample, by_id: Mapping[str, Sample]) -> Iterator[Finding]:
        names = [each.id for each in sample.variants]
        for name in sorted({each for each in names if names.count(each) > 1}):
            yield finding(sample, "variants", f"变体编号 {name} 用了两次。", "改一个。")
        for version in versions(reading.plain[sample.id], sample):
            if version.variant and version.sample.hash == sample.hash:
                message = f"变体 {version.variant} 和原样本一样，没有改到任何字。"
                yield finding(sample, "variants", message, "换一个种子或改写法。")
            if version.variant and version.sample.world != sample.world:
                yield from _gold(version.sample, by_id)

    return check


def _matchers(sample: Sample, _by_id: Mapping[str, Sample]) -> Iterator[Finding]:
    reply, outcome = sample.expect.reply, sample.expect.outcome
    for item in (
        *((*reply.say, *reply.last) if reply else ()),
        *(reply.never_say if reply else ()),
        *(outcome.offer if outcome else ()),
    ):
        try:
            says(item, "")
        except MatcherError as problem:
            if "fixtures" not in str(problem) and "capture" not in str(problem):
                yield finding(sample, "expect.reply", str(problem), "改成可用的匹配器。")
        except re.error as problem:
            yield finding(sample, "expect.reply", f"正则 {item} 写错了：{problem}。", "改正则，注意引号和反斜杠。")


def _tools(sample: Sample, product: Product) -> Iterator[Finding]:
    calls, expect = sample.expect.calls, sample.expect
    listed = [(each.tool, each.args) for each in (*calls.required, *calls.forbidden)] if calls else []
    listed += [(name, {}) for pair in (calls.before if calls else ()) for name in pair]
    listed += [(each.confirm_before, {}) for each in expect.turns if each.confirm_before]
    listed += [(found[1], {}) for rule in sample.user.rules if (found := _RULE_TOOL.fullmatch(rule.when))]
    listed += [(each.op, {}) for each in (*expect.access.denied, *expect.access.allowed)] if expect.access else []
    for tool, args in listed:
        if " " in tool:
            continue
        if tool not in product.tools:
            yield finding(sample, "expect", f"没有名为 {tool} 的工具。", "工具见 docs/tools.md。")
            continue
        schema = product.tools[tool]
        known = schema.get("properties", {})
        unknown = [name for name in args if name not in known and schema.get("additionalProperties") is False]
        if unknown:
            words = f"{tool} 没有参数 {'、'.join(unknown)}。"
            yield finding(sample, "expect.calls", words, f"可用的：{'、'.join(known) or '（没有）'}。")


def _near_duplicates(samples: Sequence[Sample]) -> Iterator[Finding]:
    seen: list[tuple[Sample, frozenset[str]]] = []
    for sample in samples:
        grams = shingles(_opening(sample))
        for other, theirs in seen:
            same_world = (other.world, other.actor) == (sample.world, sample.actor)
            if same_world and likeness(grams, theirs) >= ALIKE:
                yield finding(sample, "user", f"开头和 {other.id} 几乎一样。", "换一种情形，或改成它的变体。")
        seen.append((sample, grams))


def _overlap(samples: Sequence[Sample], product: Product) -> Iterator[Finding]:
    """Openings that the product was made with prove nothing."""
    examples = [(each, shingles(each)) for each in product.examples]
    for sample in samples:
        grams = shingles(_opening(sample))
        near = next((each for each, theirs in examples if likeness(grams, theirs) >= TOO_NEAR), None)
        if near is not None:
            yield finding(sample, "user", f"开头和产品自带的例句“{near}”几乎一样。", "换一种说法：考题不能是教过的话。")


def shingles(text: str) -> frozenset[str]:
    """The three-character pieces of a text, without punctuation and width."""
    plain = "".join(each for each in unicodedata.normalize("NFKC", text).lower() if each.isalnum())
    return frozenset(plain[i : i + 3] for i in range(max(1, len(plain) - 2)))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of pieces two texts have in common."""
    return len(one & other) / max(1, len(one | other))


def _opening(sample: Sample) -> str:
    return sample.user.opening or sample.user.goal or " ".join(each.text for each in sample.user.turns)


def _day(sample: Sample) -> date | None:
    return date.fromisoformat(sample.world.clock[:10]) if sample.world.clock else None
