"""A run for other programs: JUnit XML for CI, CSV for spreadsheets, JSON lines for everything else."""

from __future__ import annotations

import csv
import io
import json
import re
from xml.etree import ElementTree

from .causes import CAUSES
from .results import Result, Results, group

_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    "sample", "variant", "trial", "family", "vertical", "kind", "agent",
    "status", "passed", "cause", "evidence", "turns", "cpu_s", "wall_s",
)  # fmt: skip


def junit(results: Results) -> str:
    """A suite for each vertical, a test case for each sample and variant; its trials are folded into one."""
    root = ElementTree.Element("testsuites", name=results.name or "hanzhi")
    rows = [each for each in results.all if each in results.real or each.sample.status == "quarantined"]
    for vertical, found in group(rows, lambda each: each.sample.vertical).items():
        suite = ElementTree.SubElement(root, "testsuite", name=vertical)
        for trials in group(found, lambda each: each.name).values():
            _case(suite, trials)
        counts = {name: len(suite.findall(f"testcase/{name}")) for name in ("failure", "error", "skipped")}
        suite.set("tests", str(len(suite)))
        suite.set("failures", str(counts["failure"]))
        suite.set("errors", str(counts["error"]))
        suite.set("skipped", str(counts["skipped"]))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def as_csv(results: Results) -> str:
    """One row a trial: what it is, whether it passed, and the value of every scorer."""
    scorers = list(dict.fromkeys(name for each in results.all for name in each.scores if name != "task"))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*COLUMNS, *scorers])
    for each in results.all:
        values = [each.scores[name].value if name in each.scores else None for name in scorers]
        plain = [*_row(each).values(), *("" if value is None else value for value in values)]
        writer.writerow([_safe(value) for value in plain])
    return "\ufeff" + text.getvalue()  # spreadsheets take UTF-8 for something else without the mark


def as_jsonl(results: Results) -> str:
    """One JSON object a trial, with all its scores."""
    lines = [{**_row(each), "scores": [score.to_json() for score in each.scores.values()]} for each in results.all]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _case(suite: ElementTree.Element, trials: list[Result]) -> None:
    worst = min(trials, key=lambda each: each.passed is True)
    seconds = sum(each.trajectory.wall_s for each in trials)
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=worst.sample.family,
        name=_xml(worst.name),
        time=f"{seconds:.3f}",
        file=worst.sample.file,
    )
    properties = ElementTree.SubElement(case, "properties")
    for name, score in worst.scores.items():
        if score.value is not None:
            ElementTree.SubElement(properties, "property", name=name, value=f"{score.value:g}")
    if worst.sample.status == "quarantined":
        reason = worst.sample.quarantine.reason if worst.sample.quarantine else ""
        ElementTree.SubElement(case, "skipped", message=_xml(reason))
    elif worst.trajectory.status == "errored":
        ElementTree.SubElement(case, "error", type="infra", message=_xml(worst.trajectory.error))
    elif worst.passed is not True and worst.cause:
        gating = [name for name, score in worst.scores.items() if score.gating and score.passed is False]
        message = f"{worst.cause.title}：{'、'.join(gating)}"
        failure = ElementTree.SubElement(case, "failure", type=worst.cause.label, message=_xml(message))
        failure.text = _xml("\n".join(worst.cause.evidence))


def _row(result: Result) -> dict[str, object]:
    trial, cause = result.trajectory, result.cause
    return {
        "sample": result.sample.id,
        "variant": trial.variant,
        "trial": trial.trial,
        "family": result.sample.family,
        "vertical": result.sample.vertical,
        "kind": result.sample.kind,
        "agent": trial.agent,
        "status": trial.status,
        "passed": "" if result.passed is None else result.passed,
        "cause": CAUSES[cause.label] if cause else "",
        "evidence": "；".join(cause.evidence) if cause else "",
        "turns": len(trial.turns),
        "cpu_s": trial.cpu_s,
        "wall_s": trial.wall_s,
    }


def _safe(value: object) -> object:
    """A text that a spreadsheet would run as a formula gets a quote in front."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _xml(text: str) -> str:
    return _NOT_XML.sub("�", text)
