"""The house plan, checked on the source: arrows between rooms, front doors, file sizes and names."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ARROWS = {
    "knowledge": set(),
    "tools": set(),
    "agents": {"knowledge", "tools"},
    "server": {"agents"},
    "eval": {"server"},
    "commands": {"agents", "eval", "knowledge", "server", "tools"},
}
MAX_LINES = 400
FILES = sorted(path for room in ARROWS for path in (ROOT / room).rglob("*.py"))


@dataclass(frozen=True)
class Import:
    """One import of a room: where it stands and what it names."""

    path: Path
    line: int
    module: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line} imports {self.module}"


def imports_in(path: Path, source: str) -> Iterator[Import]:
    """The absolute imports of rooms in a file, also those inside functions."""
    for node in ast.walk(ast.parse(source)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [node.module]
        for name in names:
            if name.split(".")[0] in ARROWS:
                yield Import(path, node.lineno, name)


def against_the_arrows(path: Path, source: str) -> list[Import]:
    """Imports of a room that this file's room may not know (its own room by its name included)."""
    room = path.relative_to(ROOT).parts[0]
    return [each for each in imports_in(path, source) if each.module.split(".")[0] not in ARROWS[room]]


def behind_the_door(path: Path, source: str) -> list[Import]:
    """Imports that reach past a room's front door."""
    return [each for each in imports_in(path, source) if "." in each.module]


def absolute_within_alembic(path: Path) -> bool:
    """Alembic runs these files by path, outside their package: they cannot import with a dot."""
    return "migrations" in path.parts


def shown(found: list[Import]) -> str:
    return "\n".join(map(str, found))


def test_every_room_has_a_door() -> None:
    rooms = {path.relative_to(ROOT).parts[0] for path in FILES}
    assert rooms >= {"agents", "knowledge", "server", "tools"}
    assert not [room for room in rooms if not (ROOT / room / "__init__.py").is_file()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_keeps_to_the_house_plan(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    if not absolute_within_alembic(path):
        assert not (found := against_the_arrows(path, source)), shown(found)
        assert not (found := behind_the_door(path, source)), shown(found)
        assert (lines := source.count("\n")) <= MAX_LINES, f"{path.relative_to(ROOT)} has {lines} lines"
    # `keyword` is the plain word for that index, and nobody starts a program inside `knowledge`.
    assert path.stem not in sys.stdlib_module_names - {"keyword"}, (
        f"{path.name} is named like a standard-library module"
    )


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("knowledge", "import agents"),
        ("tools", "from knowledge import Library"),
        ("agents", "from server import serve"),
        ("server", "def late():\n    from tools import Platform"),
        ("eval", "from agents import Desk"),
        ("agents", "from agents.desk import Desk"),
    ],
)
def test_an_import_against_the_arrows_is_found(room: str, source: str) -> None:
    assert against_the_arrows(ROOT / room / "probe.py", source)


def test_an_import_past_the_door_is_found() -> None:
    assert behind_the_door(ROOT / "agents" / "probe.py", "from knowledge.store import Store")
    assert not behind_the_door(ROOT / "agents" / "probe.py", "from knowledge import Library\nfrom .desk import Desk")


def test_the_command_knows_only_front_doors() -> None:
    path = ROOT / "hanzhi.py"
    source = path.read_text(encoding="utf-8")
    assert not (found := behind_the_door(path, source)), shown(found)
    assert source.count("\n") <= MAX_LINES


def test_front_doors_only_reexport() -> None:
    for door in sorted({ROOT / path.relative_to(ROOT).parts[0] / "__init__.py" for path in FILES}):
        tree = ast.parse(door.read_text(encoding="utf-8"))
        for node in tree.body:
            is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            is_all = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
            assert is_docstring or is_all or isinstance(node, ast.Import | ast.ImportFrom), (
                f"{door.relative_to(ROOT)}:{node.lineno} does more than re-export"
            )


def test_no_folder_inside_a_room_is_named_like_a_room() -> None:
    folders = [path for room in ARROWS for path in (ROOT / room).rglob("*") if path.is_dir()]
    assert not [path for path in folders if path.name in ARROWS]


def test_only_the_settings_read_the_environment() -> None:
    reads = re.compile(r"\bos\.(environ|getenv)\b|\bfrom os import\b.*\b(environ|getenv)\b")
    found = [str(path.relative_to(ROOT)) for path in FILES if reads.search(path.read_text(encoding="utf-8"))]
    # The sandbox is also a program of its own: its secret comes from the environment, not from the command line.
    # Eval starts servers of its own and hands them their environment; its oracle is told there what to play.
    programs = {"tools/unified/sandbox/__main__.py", "eval/serving.py", "eval/models/oracle.py"}
    assert set(found) <= {"agents/settings.py", *programs}


def test_importing_the_rooms_loads_nothing_that_few_need() -> None:
    code = (
        "import agents, server, knowledge, tools, sys\n"
        "few = ('torch', 'sentence_transformers', 'transformers', 'openai', 'chromadb', 'sklearn')\n"
        "heavy = [name for name in few if name in sys.modules]\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_direct_dependency_is_pinned_in_the_constraints() -> None:
    pinned = dict(
        re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE)
    )
    assert pinned["torch"] == "2.13.0"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[^A-Za-z0-9_.-]", each)[0].lower() for each in wanted}
    assert names - {name.lower().replace("_", "-") for name in pinned} == set()
