"""Family files: `extends` (one level), `$name`, and what a sample takes over from its family."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import Finding
from .sample import SCHEMA
from .yaml_lines import Node, shown_path

_WHOLE = re.compile(r"\$(?:\{(\w+)\}|([A-Za-z_]\w*))")
_INSIDE = re.compile(r"\$\$|\$\{(\w+)\}|\$([A-Za-z_]\w*)")
FAMILY_KEYS = ("family", "vars", "templates", "samples")
HEAD_KEYS = ("id", "vertical", "title", "proves")


@dataclass(frozen=True)
class Family:
    """The head of a family file: what the family is and what it proves."""

    id: str
    vertical: str = ""
    title: str = ""
    proves: str = ""
    file: str = ""


@dataclass
class Expanded:
    """The samples of a file, complete, and what was wrong on the way."""

    samples: list[Node] = field(default_factory=list)
    family: Family | None = None
    findings: list[Finding] = field(default_factory=list)


def expand(document: Node, file: str) -> Expanded:
    """A file is one sample, a list of samples, or `{family, vars, templates, samples}`."""
    done = Expanded()
    if isinstance(document.value, dict) and "samples" in document.value:
        _expand_family(document, file, done)
        return done
    listed = document.value if isinstance(document.value, list) else [document]
    known = {
        str(each.value["id"].value): each for each in listed if isinstance(each.value, dict) and "id" in each.value
    }
    done.samples = [_complete(each, known, {}, file, done.findings) for each in listed]
    return done


def merged(below: Node, above: Node) -> Node:
    """Mappings key by key; everything else of `above` replaces; null takes a key away."""
    if not isinstance(below.value, dict) or not isinstance(above.value, dict):
        return above
    pairs = dict(below.value)
    for key, each in above.value.items():
        pairs[key] = merged(pairs[key], each) if key in pairs else each
    return Node({key: each for key, each in pairs.items() if each.value is not None}, above.line)


def _expand_family(document: Node, file: str, done: Expanded) -> None:
    for key in document.value:
        if key not in FAMILY_KEYS:
            fix = f"家族文件只用这些键：{'、'.join(FAMILY_KEYS)}。"
            done.findings.append(Finding(file, document.value[key].line, key, f"不认识的键 {key}。", fix))
    head = _head(document, file, done.findings)
    done.family = Family(**head, file=file) if "id" in head else None
    names = _variables(document)
    templates = _mapping(document, "templates")
    samples = document.value["samples"]
    listed = samples.value if isinstance(samples.value, list) else []
    if not listed:
        done.findings.append(
            Finding(file, samples.line, "samples", "samples 要是样本的列表。", "每个样本以“- id:”开头。")
        )
    own = {str(each.value["id"].value): each for each in listed if isinstance(each.value, dict) and "id" in each.value}
    given = {"schema": SCHEMA, "family": head.get("id"), "vertical": head.get("vertical")}
    base = Node({key: Node(value, document.line) for key, value in given.items() if value}, document.line)
    for each in listed:
        whole = _complete(each, {**templates, **own}, names, file, done.findings)
        done.samples.append(merged(base, whole))


def _head(document: Node, file: str, findings: list[Finding]) -> dict[str, str]:
    node = document.value.get("family")
    if node is None or not isinstance(node.value, dict):
        line = node.line if node else document.line
        findings.append(Finding(file, line, "family", "缺少 family。", "写 family: {id, vertical, title, proves}。"))
        return {}
    head: dict[str, str] = {}
    for key, each in node.value.items():
        if key not in HEAD_KEYS:
            fix = f"family 只用这些键：{'、'.join(HEAD_KEYS)}。"
            findings.append(Finding(file, each.line, f"family.{key}", f"不认识的键 {key}。", fix))
        else:
            head[key] = str(each.value)
    for key in HEAD_KEYS:
        if key not in head:
            findings.append(Finding(file, node.line, "family", f"family 缺少 {key}。", f"补上 {key}。"))
    return head


def _complete(
    sample: Node, known: Mapping[str, Node], names: Mapping[str, Node], file: str, findings: list[Finding]
) -> Node:
    if not isinstance(sample.value, dict):
        findings.append(Finding(file, sample.line, "", "样本要是一组“键: 值”。", "以 id: 开头写一个样本。"))
        return sample
    pairs = dict(sample.value)
    variables = {**names, **_mapping(sample, "vars")}
    pairs.pop("vars", None)
    parent = pairs.pop("extends", None)
    whole = Node(pairs, sample.line)
    if parent is not None:
        below = known.get(str(parent.value))
        if below is None:
            fix = f"这个文件里可用的有：{'、'.join(known) or '（没有）'}。"
            findings.append(Finding(file, parent.line, "extends", f"没有名为 {parent.value} 的模板或样本。", fix))
        elif "extends" in below.value:
            findings.append(
                Finding(file, parent.line, "extends", "extends 只能有一层。", "让两个样本都 extends 同一个模板。")
            )
        else:
            kept = {key: each for key, each in below.value.items() if key != "vars"}
            variables = {**names, **_mapping(below, "vars"), **_mapping(sample, "vars")}
            whole = merged(Node(kept, below.line), whole)
    return _filled(whole, variables, (), file, findings)


def _filled(node: Node, names: Mapping[str, Node], path: tuple[Any, ...], file: str, findings: list[Finding]) -> Node:
    if isinstance(node.value, dict):
        return Node({k: _filled(v, names, (*path, k), file, findings) for k, v in node.value.items()}, node.line)
    if isinstance(node.value, list):
        return Node([_filled(v, names, (*path, i), file, findings) for i, v in enumerate(node.value)], node.line)
    if not isinstance(node.value, str) or "$" not in node.value:
        return node

    def look(name: str) -> Any:
        if name not in names:
            fix = f"在 vars 里写 {name}；要写美元符号本身，写成 $$。可用的有：{'、'.join(names) or '（没有）'}。"
            findings.append(Finding(file, node.line, shown_path(path), f"没有名为 {name} 的变量。", fix))
            return f"${name}"
        return names[name].plain()

    whole = _WHOLE.fullmatch(node.value)
    if whole:
        name = whole[1] or whole[2]
        return Node(names[name].value, node.line) if name in names else Node(look(name), node.line)
    text = _INSIDE.sub(lambda found: "$" if found[0] == "$$" else str(look(found[1] or found[2])), node.value)
    return Node(text, node.line)


def _variables(document: Node) -> dict[str, Node]:
    return _mapping(document, "vars")


def _mapping(node: Node, key: str) -> dict[str, Node]:
    found = node.value.get(key)
    return dict(found.value) if found is not None and isinstance(found.value, dict) else {}
