"""What can go wrong before, while and after samples run.

EvalError
├── BadSamples     files that cannot be used; carries the findings
├── BadRun         a run folder that cannot be used
└── ServerProblem  the server under test cannot be started, reached or set to a world
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong in a file: where, what, and how to mend it."""

    file: str
    line: int
    path: str
    message: str
    fix: str = ""
    sample: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" + (f" {self.path}" if self.path else "")
        return f"{where}：{self.message}" + (f" 改法：{self.fix}" if self.fix else "")


class EvalError(Exception):
    """The message says what happened and what to do next."""


class BadSamples(EvalError):
    """Sample files that cannot be used."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = tuple(findings)


class BadRun(EvalError):
    """A run folder that cannot be used."""


class ServerProblem(EvalError):
    """The server under test cannot be started, reached or set to a world."""
