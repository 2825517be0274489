"""The child process: reads one file from standard input, answers on standard output, knows nothing else.

Its limits are set before a byte of the file is looked at.
"""

from __future__ import annotations

import importlib
import json
import resource
import struct
import sys
from dataclasses import asdict
from typing import Any

from ..errors import UnreadableDocument
from .limits import CPU_SECONDS, MEMORY_BYTES

READERS = {
    "docx": "DocxLoader",
    "xlsx": "XlsxLoader",
    "pptx": "PptxLoader",
    "pdf": "PdfLoader",
    "ofd": "OfdLoader",
    "delimited": "DelimitedLoader",
    "mhtml": "PageLoader",
}


def main(module: str) -> None:
    """Read a file with the loader of a module of this package; `archive` answers with the files inside."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        reader = importlib.import_module(f"{__package__}.{module}")
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # nothing may be written but the answer
        name = json.loads(sys.stdin.buffer.readline())
        data = sys.stdin.buffer.read()
        if module == "archive":
            for inner in reader.inner_files(data, name):
                _answer({"file": inner.name, "size": len(inner.data)}, inner.data)
            _answer({"end": True})
        else:
            _answer({"loaded": asdict(getattr(reader, READERS[module])().load(data, name))})
    except UnreadableDocument as problem:
        _answer({"problem": str(problem)})
    except MemoryError:
        _answer({"memory": True})
    except Exception as problem:  # told to the parent, which logs where; the words may hold parts of the file
        _answer({"bug": _where(problem)})


def _answer(words: dict[str, Any], data: bytes = b"") -> None:
    body = json.dumps(words, ensure_ascii=False).encode("utf-8", "replace")
    sys.stdout.buffer.write(struct.pack(">Q", len(body)) + body + data)
    sys.stdout.buffer.flush()


def _where(problem: BaseException) -> str:
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else "?"
    return f"{type(problem).__name__} at {place}"
