"""Reads sample files: strict YAML, templates, schema, records. Nothing is run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .building import build_sample
from .checking import schema_findings
from .errors import BadSamples, EvalError, Finding
from .sample import Sample
from .templates import Family, expand
from .yaml_lines import Node, read_yaml

SAMPLES = Path(__file__).parent / "samples"


@dataclass(frozen=True)
class Reading:
    """The samples of some files, their families, and what is wrong with them."""

    samples: tuple[Sample, ...]
    families: tuple[Family, ...]
    findings: tuple[Finding, ...]
    plain: dict[str, Any]
    """Sample id → the complete mapping it was built from; variants start from it."""


def read_samples(paths: Iterable[Path] = ()) -> Reading:
    """Read files and folders (default: the bundled samples); wrong samples are left out and listed."""
    samples: list[Sample] = []
    families: list[Family] = []
    findings: list[Finding] = []
    plain: dict[str, Any] = {}
    for path in _files(tuple(paths) or (SAMPLES,)):
        name = _shown(path)
        try:
            expanded = expand(read_yaml(path, name), name)
        except BadSamples as problem:
            findings += problem.findings
            continue
        findings += expanded.findings
        families += [expanded.family] if expanded.family else []
        for node in expanded.samples:
            wrong = schema_findings(node, name) if isinstance(node.value, dict) else []
            findings += wrong
            if not wrong and isinstance(node.value, dict):
                _add(node, name, samples, plain, findings)
    return Reading(tuple(samples), tuple(families), tuple(findings), plain)


def load_samples(paths: Iterable[Path] = ()) -> Reading:
    """Read files that must be right. Raises `BadSamples`."""
    reading = read_samples(paths)
    if reading.findings:
        raise BadSamples(reading.findings)
    return reading


def _add(node: Node, name: str, samples: list[Sample], plain: dict[str, Any], findings: list[Finding]) -> None:
    whole = node.plain()
    known = next((each for each in samples if each.id == whole["id"]), None)
    if known is not None:
        fix = f"改一个；另一个在 {known.file}:{known.line}。"
        findings.append(Finding(name, node.line, "id", f"编号 {whole['id']} 已经用过。", fix, whole["id"]))
        return
    plain[whole["id"]] = whole
    samples.append(build_sample(whole, name, node.line))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*.y*ml") if each.suffix in (".yaml", ".yml"))
        elif path.is_file():
            yield path
        else:
            raise EvalError(f"没有 {path} 这个文件或目录。请检查路径；不写路径就用自带的样本。")


def _shown(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
