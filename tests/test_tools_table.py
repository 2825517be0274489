"""The table of tools × roles says what the code enforces, and the documentation names every tool with its effect."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tools import Platform, spec_of
from tools.table import all_tools, role_table

TOOLS = all_tools(Platform(base_url="http://unused", app_key="", secret=""))
PAGE = (Path(__file__).parent.parent / "docs" / "tools.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("tool", TOOLS, ids=lambda each: each.name)
def test_a_row_shows_who_may_use_a_tool(tool: object) -> None:
    spec = spec_of(tool)  # type: ignore[arg-type]
    head, _, row = role_table([tool]).split("\n")  # type: ignore[list-item]
    roles = [cell.strip() for cell in head.strip("|").split("|")][2:]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[0] == f"`{spec.name}`"
    marked = {role for role, cell in zip(roles, cells[2:], strict=True) if cell}
    assert marked == set(spec.roles)
    assert {cell for cell in cells[2:] if cell} == {"W" if spec.effect == "write" else "R"}


@pytest.mark.parametrize("tool", TOOLS, ids=lambda each: each.name)
def test_the_documentation_names_a_tool_with_its_effect(tool: object) -> None:
    spec = spec_of(tool)  # type: ignore[arg-type]
    found = re.search(rf"^\| `{re.escape(spec.name)}` \| ([^|]+) \| ([^|]+) \|", PAGE, re.MULTILINE)
    assert found is not None, f"docs/tools.md does not list {spec.name}"
    assert (found[1].strip(), found[2].strip()) == (spec.title, spec.effect)


def test_no_write_is_open_to_operators_and_developers_by_accident() -> None:
    """They run the system; they do not act for citizens or posts."""
    open_to = {
        spec.name for spec in map(spec_of, TOOLS) if spec.effect == "write" and spec.roles & {"operator", "developer"}
    }
    assert open_to <= {"case.create", "data.request.submit", "handoff.create"}


def test_the_example_has_a_talk_for_every_tool_with_somebody_who_may_use_it() -> None:
    paper = json.loads((Path(__file__).parent.parent / "examples" / "every_tool.json").read_text(encoding="utf-8"))
    roles = {each["tool"]: each["who"].partition("-")[0] for each in paper["talks"]}
    assert len(roles) == len(paper["talks"])
    assert roles.keys() == {spec_of(each).name for each in TOOLS}
    assert not {spec_of(each).name for each in TOOLS if roles[spec_of(each).name] not in spec_of(each).roles}
