"""Fits how much each kind of evidence counts in understanding: `python -m bench.weighing [--write]`.

On three sets of utterances of `bench.utterances`: two are examples of the house, the third is not. The intents are
fitted without them, so that what the words say of them is as unsure as it will be of the next thing said. Prints how
well weights fitted on two sets do on the third, beside the words alone, and the weights fitted on all; `--write` keeps
those in `agents/understanding/data/weights.json`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from agents import open_house, read_settings
from agents.builtin import PLUGINS
from agents.clock import CITY_ZONE
from agents.lookup import look_up, passages
from agents.models.offline_answers import covers
from agents.plugins import open_plugins
from agents.routing import declared_examples
from agents.understanding import Weighing, affirmed, intents, weighing
from agents.understanding.weighing import EVIDENCE
from knowledge import Library
from tools import Call, Principal, spec_of

DATA = Path(__file__).parent / "data"
SETS = ("heard-1-*.jsonl", "heard-2-*.jsonl", "heard-3-*.jsonl")
NOW = datetime.combine(date(2026, 9, 16), time(10), CITY_ZONE)
KNOWLEDGE, NONE = "knowledge", "none"
# How strongly weights are held to where they start: the words alone.
RIDGE = 1.0
Array = npt.NDArray[np.float64]


def main() -> None:
    """Fit, compare, and keep if asked to."""
    rows = [_rows(files) for files in SETS]
    with tempfile.TemporaryDirectory() as folder:
        measured = _evidence(rows, Path(folder))
    for files, tried in zip(SETS, measured, strict=True):
        words, weighed = _right(tried, _start()), _right(tried, _fit([each for each in measured if each is not tried]))
        print(f"{files}: by the words {words:.3f}, weighed by the other sets {weighed:.3f} of {len(tried[1])}")
    weights = {kind: round(float(value), 2) for kind, value in zip(EVIDENCE, _fit(measured), strict=True)}
    print(json.dumps(weights, indent=1))
    if "--write" in sys.argv[1:]:
        weighing.WEIGHTS.write_text(json.dumps({"weights": weights}, indent=1) + "\n", encoding="utf-8")


def _rows(files: str) -> list[dict[str, Any]]:
    return [json.loads(line) for path in sorted(DATA.glob(files)) for line in path.open(encoding="utf-8")]


def _evidence(sets: Sequence[Sequence[Mapping[str, Any]]], folder: Path) -> list[tuple[Array, Array]]:
    """Of every set: rows × kinds of evidence × labels, and which labels would be right."""
    heard = {row["text"] for rows in sets for row in rows}
    house = open_house(read_settings(data_dir=folder, sandbox_demo=False))
    hooks = open_plugins(PLUGINS, installed=False)
    tools = hooks.tools(house.platform, house.library)
    declared = declared_examples(hooks.agents(), tools, house.library.phrasings())
    others = {label: [line for line in lines if line not in heard] for label, lines in declared.items()}
    nothing = tuple(line for line in intents.background() if line not in heard)
    fitted = Weighing(
        intents.fit_intents(others, shipped=None, none=nothing), {each.name: spec_of(each) for each in tools}
    )
    return [_of_set(rows, fitted, house.library) for rows in sets]


def _of_set(rows: Sequence[Mapping[str, Any]], fitted: Weighing, library: Library) -> tuple[Array, Array]:
    evidence, right = [], []
    for row in rows:
        text, role = affirmed(row["text"]), frozenset((row["role"],))
        found = passages(look_up(library, row["text"], frozenset(), Call(Principal("bench", role), NOW)))
        found["passages"] = [{**each, "ref": n} for n, each in enumerate(found["passages"])]
        evidence.append(fitted.evidence(text, role, NOW, covers(row["text"], found)))
        right.append([_means(label, {row["intent"], *row.get("also", ())}) for label in fitted.labels])
    meant = np.array(right, dtype=np.float64)
    known = meant.any(axis=1)
    return np.array(evidence)[known], meant[known]


def _means(label: str, intents_of: set[str]) -> bool:
    """Whether a label is one of what a row may mean."""
    if not label:
        return NONE in intents_of
    return KNOWLEDGE in intents_of if label.startswith("know:") else label.removeprefix("tool:") in intents_of


def _start() -> Array:
    return np.array([float(kind == "words") for kind in EVIDENCE])


def _fit(sets: Sequence[tuple[Array, Array]]) -> Array:
    """The weights under which what is right is likeliest."""
    evidence = np.concatenate([each for each, _ in sets])
    right = np.concatenate([each for _, each in sets])

    def loss(weights: Array) -> tuple[float, Array]:
        shares, mine = _shares(evidence, weights), _start()
        of_right = np.maximum((shares * right).sum(axis=1), 1e-12)
        excess = shares - shares * right / of_right[:, None]
        slope = np.einsum("nkl,nl->k", evidence, excess) + 2 * RIDGE * (weights - mine)
        return float(-np.log(of_right).sum() + RIDGE * ((weights - mine) ** 2).sum()), slope

    found: Array = minimize(loss, _start(), jac=True, method="L-BFGS-B").x
    return found


def _shares(evidence: Array, weights: Array) -> Array:
    logits = np.einsum("nkl,k->nl", evidence, weights)
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def _right(measured: tuple[Array, Array], weights: Array) -> float:
    """The share whose likeliest meaning is right; questions about rules are one meaning."""
    evidence, right = measured
    shares = _shares(evidence, weights)
    rules = evidence[:, EVIDENCE.index("rule"), :] > 0
    of_rules = (shares * rules).sum(axis=1)
    others = np.where(rules, 0.0, shares)
    best = others.argmax(axis=1)
    at = np.arange(len(right))
    asked = of_rules > others[at, best]
    return float(np.where(asked, (right * rules).any(axis=1), right[at, best] > 0).mean())


if __name__ == "__main__":
    main()
