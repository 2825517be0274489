"""The page of scenario families: what each proves, how many samples it has, and how it stands."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .reading import Reading
from .results import Result, Results
from .sample import KINDS, Sample

STANDING = Path(__file__).parent / "data" / "standing.json"
VERTICALS: Mapping[str, str] = {
    "government": "Government services (政务服务)",
    "insurance": "Medical insurance (医保)",
    "operations": "City operations (城市运行)",
    "development": "Digital economy and everything across (数字经济、综合)",
}
_HEAD = """# Scenario families

Written by `hanzhi eval scenarios`; a test checks that it is fresh. How samples are made and run: [Evaluation](eval.md).

"""


def scenarios_page(reading: Reading, standing: Mapping[str, Any]) -> str:
    """The page, from the families and the last run that was kept."""
    parts = [_HEAD, _totals(reading.samples), _standing(standing)]
    for vertical, title in VERTICALS.items():
        families = [each for each in reading.families if each.vertical == vertical]
        if not families:
            continue
        parts += [
            f"## {title}\n\n",
            "| family | what it proves | samples | variants | passed |\n| --- | --- | --- | --- | --- |\n",
        ]
        for family in sorted(families, key=lambda each: each.id):
            mine = [each for each in reading.samples if each.family == family.id]
            passed, of = standing.get("families", {}).get(family.id, (None, None))
            score = f"{passed} / {of}" if of else "–"
            variants = sum(len(each.variants) for each in mine)
            parts.append(f"| {family.id} {family.title} | {family.proves} | {_kinds(mine)} | {variants} | {score} |\n")
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


def read_standing() -> dict[str, Any]:
    """The last run that was kept for the page; empty when there is none."""
    return json.loads(STANDING.read_text(encoding="utf-8")) if STANDING.is_file() else {}


def standing_of(results: Results) -> dict[str, Any]:
    """What the page keeps of a run: when, which commit and model, and each family's samples as written."""
    rows: dict[str, list[Result]] = {}
    for each in results.base:
        rows.setdefault(each.sample.family, []).append(each)
    manifest, git = results.manifest, results.manifest.get("git") or {}
    nulls = results.null_rates
    return {
        "date": str(manifest.get("started_at", ""))[:10],
        "commit": str(git.get("commit", ""))[:10] + (" with changes" if git.get("dirty") else ""),
        "model": manifest.get("agent", ""),
        "families": {name: [sum(one.passed is True for one in each), len(each)] for name, each in sorted(rows.items())},
        "nulls": {name: round(rate, 4) for name, rate in sorted(nulls.items())},
    }


def keep_standing(standing: Mapping[str, Any]) -> None:
    """Keep a run's figures for the page."""
    STANDING.write_text(json.dumps(standing, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _totals(samples: Sequence[Sample]) -> str:
    kinds = Counter(each.kind for each in samples)
    listed = ", ".join(f"{kinds[kind]} {kind}" for kind in KINDS)
    families = len({each.family for each in samples})
    variants = sum(len(each.variants) for each in samples)
    return f"{families} families, {len(samples)} samples ({listed}), {variants} variants.\n\n"


def _standing(standing: Mapping[str, Any]) -> str:
    if not standing:
        return ""
    passed, of = (sum(each[place] for each in standing["families"].values()) for place in (0, 1))
    run = f"commit {standing['commit']}, model `{standing['model']}`, {standing['date']}"
    words = f"Passed, samples as written, without variants ({run}): {passed} of {of} = {passed / of:.1%}."
    if standing.get("nulls"):
        best = max(standing["nulls"], key=lambda name: standing["nulls"][name])
        words += f" The best agent that knows nothing, `{best}`, passes {standing['nulls'][best]:.1%}."
    return words + "\n\n"


def _kinds(samples: Sequence[Sample]) -> str:
    kinds = Counter(each.kind for each in samples)
    return f"{len(samples)} ({'/'.join(str(kinds[kind]) for kind in KINDS)})"
