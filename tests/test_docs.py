"""The documentation is complete and true: every name appears, Python blocks run, links and commands exist."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import hanzhi
from agents import LOOPBACK, Settings, hooks, open_house

from .conftest import settings_in

ROOT = Path(__file__).resolve().parent.parent
DOCS = sorted((ROOT / "docs").rglob("*.md"))
READMES = [ROOT / "README.md", ROOT / "README.zh.md"]
PAGES = [*DOCS, *READMES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
DEFAULTS = {"": "empty", None: "empty", True: "true", False: "false"}


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def python_blocks() -> list[tuple[str, str]]:
    """Every Python block of every page, with its place."""
    found = []
    for path in PAGES:
        blocks = re.findall(r"^```python\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
        found += [(f"{path.relative_to(ROOT)}#{number}", block) for number, block in enumerate(blocks, start=1)]
    return found


def setting_rows() -> dict[str, list[str]]:
    """The rows of the settings tables: name → cells."""
    rows = re.findall(r"^\| `([a-z_]+)` \| (.*) \|$", page("settings.md"), re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split(" | ")] for name, rest in rows}


def test_settings_page_lists_exactly_the_settings_there_are() -> None:
    assert set(setting_rows()) == set(Settings.model_fields)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_is_documented_with_its_variable_and_its_default(name: str) -> None:
    variable, default, meaning, allowed = setting_rows()[name]
    given = Settings.model_fields[name].default
    given = given.get_secret_value() if hasattr(given, "get_secret_value") else given
    shown = DEFAULTS[given] if given in ("", None) or isinstance(given, bool) else str(given)
    assert variable == f"`HANZHI_{name.upper()}`"
    assert default.strip("`") == shown
    assert meaning
    assert allowed


def test_every_hook_is_documented() -> None:
    names = [name for name in vars(hooks) if name.startswith("register_")]
    assert len(names) == 4
    assert not [name for name in names if f"`{name}" not in page("plugins.md")]


def test_every_built_in_tool_and_agent_is_documented(tmp_path: Path) -> None:
    house = open_house(settings_in(tmp_path, bundled_knowledge=False))
    try:
        tools = {name for agent in house.desk.agents for name in agent.tools}
        agents = {agent.name for agent in house.desk.agents}
    finally:
        asyncio.run(house.close())
    assert not [name for name in sorted(tools) if f"`{name}`" not in page("tools.md")]
    assert not [name for name in sorted(agents) if f"`{name}`" not in page("agents.md")]


@pytest.mark.parametrize(("place", "source"), python_blocks(), ids=[place for place, _ in python_blocks()])
def test_a_python_block_runs(place: str, source: str, tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HANZHI_")}
    done = subprocess.run(
        [sys.executable, "-c", source],
        cwd=tmp_path,
        env={**clean, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_relative_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text(encoding="utf-8"))
    assert not [link for link in links if not (path.parent / link).exists()]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_named_commands_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    commands = set(typer.main.get_command(hanzhi.app).list_commands(None))
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", text, re.MULTILINE)) <= targets
    assert set(re.findall(r"(?:`|^|/)hanzhi ([a-z]+)", text, re.MULTILINE)) <= commands


def test_the_index_leads_to_every_page() -> None:
    index = page("index.md")
    assert not [path.name for path in DOCS if path.name != "index.md" and path.name not in index]


def test_the_readmes_show_the_two_commands() -> None:
    for path in READMES:
        text = path.read_text(encoding="utf-8")
        assert "make serve" in text
        assert "make test" in text
    assert sorted(LOOPBACK)[0] in READMES[0].read_text(encoding="utf-8")
