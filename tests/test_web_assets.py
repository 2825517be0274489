"""The files of the chat page: what is vendored is what it says it is, and the first load stays small."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "server" / "static"
OWN = sorted([*(STATIC / "chat").glob("*.js"), *(STATIC / "styles").glob("*.css"), STATIC / "index.html"])


@pytest.mark.parametrize("folder", [STATIC / "vendor", ROOT / "tests" / "vendor"], ids=["page", "tests"])
def test_vendored_files_are_unchanged_and_have_their_licence(folder: Path) -> None:
    sums = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines())
    assert set(sums) == {path.name for path in folder.glob("*.js")}
    for name, digest in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    licences = (folder / "LICENSES.txt").read_text("utf-8")
    wanted = json.loads((ROOT / "web" / "package.json").read_text("utf-8"))["devDependencies"]
    for name in sums:
        package = "axe-core" if name == "axe.min.js" else name.removesuffix(".js")
        assert f"{package} {wanted[package]} (" in licences


def test_the_lock_file_names_no_registry() -> None:
    lock = (ROOT / "web" / "package-lock.json").read_text("utf-8")
    assert "resolved" not in lock
    packages = json.loads(lock)["packages"]
    assert all("integrity" in each for name, each in packages.items() if name)


def first_load() -> set[Path]:
    """What the browser fetches before the page stands: what index.html links, and the modules imported from there."""
    linked = re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))"', (STATIC / "index.html").read_text("utf-8"))
    waiting = [STATIC / each for each in linked]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        for name in re.findall(r"^import (?:[^'(]* from )?'(\.[^']+)'", path.read_text("utf-8"), re.MULTILINE):
            if "vendor" not in path.parts:
                waiting.append((path.parent / name).resolve())
    return found


def test_the_first_load_is_at_most_60_kilobytes() -> None:
    files = first_load()
    assert {"main.js", "page.js", "chat.js", "lit.js", "marked.js", "dompurify.js", "page.css", "turns.css"} <= {
        path.name for path in files
    }
    size = sum(len(gzip.compress(path.read_bytes(), 9)) for path in files)
    assert size <= 60_000, f"{size} bytes"


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_own_files_are_short_and_name_no_other_server(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("\n") <= 400
    assert not re.search(r"https?://(?!www\.w3\.org)[a-z]", text)
    assert not re.search(r"\sstyle=|\son[a-z]+=[\"']|<style", text)


def test_without_scripts_the_page_says_what_to_do() -> None:
    page = (STATIC / "index.html").read_text("utf-8")
    said = re.search(r"<noscript>(.*?)</noscript>", page, re.DOTALL)
    assert said is not None
    assert "JavaScript" in said[1]
    assert 'href="tel:12345"' in said[1]
