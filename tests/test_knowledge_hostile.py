"""Files made to hurt end in a clear refusal; the child that read them is gone and the server has not grown."""

from __future__ import annotations

import contextlib
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bench.files import notice_docx, notices, zipped
from bench.hostile_files import Hostile, all_hostile
from knowledge import Library, UnreadableDocument, open_library
from knowledge.child import ChildLoader, unpack

QUICK = [each for each in all_hostile() if each.quick]
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    opened = open_library(tmp_path_factory.mktemp("hostile"))
    yield opened
    opened.close()


def outcome(library: Library, file: Hostile) -> str:
    """What is said against a file (and the files inside), or nothing when it was read."""
    try:
        waiting = [library.submit(file.make(), file.name, "hostile").id]
    except UnreadableDocument as problem:
        return str(problem)
    problems = []
    while waiting:
        job = library.job(waiting.pop())
        while not job.ended:
            time.sleep(0.01)
            job = library.job(job.id)
        problems.append(job.problem or "")
        waiting += job.parts
    return " ".join(problems).strip()


@pytest.mark.parametrize("file", QUICK, ids=lambda file: file.what)
def test_a_hostile_file_is_refused_with_what_to_do(library: Library, file: Hostile) -> None:
    said = outcome(library, file)
    assert file.says is None or re.search(file.says, said), said
    assert not said or re.search(r"请|现在支持", said)
    assert "内部错误" not in said


def test_the_server_does_not_grow_over_hostile_files(library: Library) -> None:
    bombs = [each for each in QUICK if "MB" in each.what or "bomb" in each.what or "styled" in each.what]
    outcome(library, bombs[0])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for file in bombs:
        outcome(library, file)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 50
    assert not [child for child in psutil.Process().children() if "formats.program" in " ".join(child.cmdline())]


@pytest.mark.parametrize("module", ["docx", "pdf", "xlsx"])
@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9, 0.99])
def test_a_file_cut_off_anywhere_is_refused_or_read_but_never_a_bug(
    module: str, cut: float, caplog: pytest.LogCaptureFixture
) -> None:
    data = notices()[f"notice.{module}"]
    with contextlib.suppress(UnreadableDocument):
        assert ChildLoader(module, ()).load(data[: int(len(data) * cut)], f"a.{module}").text
    assert not caplog.records  # a parser's bug is refused too, but logged


def limited(code: str) -> str:
    """Run a child loader with changed limits in an interpreter of its own and give what it printed."""
    head = "from knowledge import child, UnreadableDocument\nfrom bench.files import notice_docx\n"
    done = subprocess.run([sys.executable, "-c", head + code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


ASK = """
try:
    child.ChildLoader("docx", ()).load(notice_docx(), "a.docx")
except UnreadableDocument as problem:
    print(problem)
"""


def test_a_child_that_takes_too_long_is_ended_with_its_group() -> None:
    # As if the parser never came back: the child starts a process of its own and sleeps.
    slow = 'child._START = \'import subprocess, time; subprocess.Popen(["sleep", "617.25"]); time.sleep(600)\'\n'
    assert "1 秒还没读完" in limited(f"child.WALL_SECONDS = 1\n{slow}{ASK}")
    running = [each.info["cmdline"] for each in psutil.process_iter(["cmdline"])]
    assert ["sleep", "617.25"] not in running


def test_an_answer_beyond_its_size_is_not_read() -> None:
    assert "文字太多" in limited(f"child.OUTPUT_BYTES = 100\n{ASK}")


def test_a_child_that_dies_is_told_from_one_that_refuses() -> None:
    assert "读不了" in limited(f"child._START = 'import os; os.abort()'\n{ASK}")


def test_a_child_knows_nothing_of_the_servers_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANZHI_SECRET", "do-not-tell")
    spy = "import os, json, struct, sys; body = json.dumps({'problem': str('HANZHI_SECRET' in os.environ)}).encode()"
    answer = "sys.stdin.buffer.read(); sys.stdout.buffer.write(struct.pack('>Q', len(body)) + body)"
    assert limited(f"child._START = {spy + '; ' + answer!r}\n{ASK}") == "False\n"


def test_unpacking_stops_when_nobody_asks_for_more() -> None:
    inner = unpack(zipped({f"{n}.docx": notice_docx() for n in range(50)}), "a.zip")
    assert next(inner).name == "0.docx"
    inner.close()
    assert not [child for child in psutil.Process().children() if "formats.program" in " ".join(child.cmdline())]
