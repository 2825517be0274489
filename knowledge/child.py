"""Read files in a child process, so that a hostile one costs a process and never the server.

The child is a fresh interpreter that imports only what the kind of file needs (not this room's front door, which
brings the indexes along). It limits its own memory and CPU time; wall time and the size of the answer are limited here.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import UnreadableDocument
from .formats.limits import CPU_SECONDS, MAX_BYTES, MEMORY_BYTES, OUTPUT_BYTES, WALL_SECONDS
from .records import LoadedText, Mark

# The words of an answer, and the bytes of a file that follow them.
_Answers = Generator[tuple[dict[str, Any], bytes], None, None]
_log = logging.getLogger(__name__)
_ROOM = Path(__file__).resolve().parent
# The room as a bare package: its parts can be imported, its front door is not opened.
_START = """
import importlib, sys, types
room = types.ModuleType(sys.argv[1])
room.__path__ = [sys.argv[2]]
sys.modules[sys.argv[1]] = room
importlib.import_module(sys.argv[1] + ".formats.program").main(sys.argv[3])
"""


@dataclass(frozen=True)
class InnerFile:
    """A file that came out of an archive, with its path inside it."""

    name: str
    data: bytes


class ChildLoader:
    """A loader whose parser is a module of `formats` and runs in a child process."""

    def __init__(self, module: str, suffixes: tuple[str, ...]) -> None:
        self._module, self.suffixes = module, suffixes

    def load(self, data: bytes, name: str) -> LoadedText:
        """Read `data`; a file that breaks a limit is refused with what to do."""
        with closing(_ask(self._module, data, name)) as answers:
            words, _ = next(answers)
        loaded = dict(words["loaded"])
        marks = tuple(Mark(**mark) for mark in loaded.pop("marks"))
        loaded |= {field: tuple(loaded[field]) for field in ("asked_as", "notes")}
        return LoadedText(**{**loaded, "facts": None}, marks=marks)


def unpack(data: bytes, name: str) -> Iterator[InnerFile]:
    """The files of a zip archive, one at a time; the next is unpacked when it is asked for."""
    with closing(_ask("archive", data, name)) as answers:
        yield from (InnerFile(words["file"], inner) for words, inner in answers if "file" in words)


def _ask(module: str, data: bytes, name: str) -> _Answers:
    if len(data) > MAX_BYTES:
        raise UnreadableDocument(f"文件 {name} 超过 {MAX_BYTES // 1_000_000} MB。请拆分后再上传。")
    child = subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", "-B", "-c", _START, __package__ or "knowledge", str(_ROOM), module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={},  # no secret of the server's is known to it
        cwd="/",
    )
    late = threading.Event()

    def end() -> None:
        late.set()
        _kill(child)

    watch = threading.Timer(WALL_SECONDS, end)
    watch.daemon = True
    watch.start()
    try:
        yield from _answers(child, data, name, late)
    finally:
        watch.cancel()
        _kill(child)
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        child.wait()


def _answers(child: subprocess.Popen[bytes], data: bytes, name: str, late: threading.Event) -> _Answers:
    if child.stdin is None or child.stdout is None:
        raise AssertionError("the child has pipes")
    with suppress(BrokenPipeError):  # it died early; its answer or its end says why
        child.stdin.write(json.dumps(name).encode() + b"\n")
        child.stdin.write(data)
        child.stdin.close()
    while True:
        head = child.stdout.read(8)
        if len(head) < 8:
            raise _ended(child, name, late.is_set())
        (size,) = struct.unpack(">Q", head)
        if size > OUTPUT_BYTES:
            raise UnreadableDocument(f"文件 {name} 的文字太多。请拆成几个文件后再上传。")
        body = child.stdout.read(size)
        if len(body) < size:
            raise _ended(child, name, late.is_set())
        words: dict[str, Any] = json.loads(body)
        _raise_problem(words, name)
        inner = child.stdout.read(min(int(words.get("size", 0)), MAX_BYTES))
        if len(inner) < words.get("size", 0):
            raise _ended(child, name, late.is_set())
        yield words, inner
        if "file" not in words:
            return


def _raise_problem(words: dict[str, Any], name: str) -> None:
    if "problem" in words:
        raise UnreadableDocument(words["problem"])
    if "memory" in words:
        raise _too_large(name)
    if "bug" in words:
        _log.error("reading a file of kind %s failed: %s", Path(name).suffix, words["bug"])
        raise UnreadableDocument(
            f"文件 {name} 的结构不合规范，读到一半出错。请用 WPS 或 Office 打开并另存一次，再重新上传。"
        )


def _ended(child: subprocess.Popen[bytes], name: str, late: bool) -> UnreadableDocument:
    """What the end of a child without an answer means."""
    code = child.wait()
    if late:
        return UnreadableDocument(f"文件 {name} 读了 {WALL_SECONDS} 秒还没读完，已停止。请拆成几个小文件后再上传。")
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return UnreadableDocument(f"文件 {name} 过于复杂，{CPU_SECONDS} 秒读不完，已停止。请拆成几个小文件后再上传。")
    _log.error("the process reading a file of kind %s ended with %s", Path(name).suffix, code)
    return _too_large(name)


def _too_large(name: str) -> UnreadableDocument:
    return UnreadableDocument(
        f"文件 {name} 要用的内存超过 {MEMORY_BYTES // 1_000_000} MB 或结构有误，读不了。请检查后拆成几个小文件再上传。"
    )


def _kill(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
