"""Errors of the desk; the message is Chinese, for the person who asked, and says what to do next.

DeskError
├── Unknown        no such conversation, turn or action, or not this person's (indistinguishable on purpose)
├── Forbidden      this person may not do this
├── Invalid        the request itself is wrong (`field` names where)
├── Conflict       it was already decided, or another turn of this conversation is running
├── Gone           the action has expired
└── Misconfigured  a setting or plugin is wrong; start-up stops

ModelFailed        a chat model gave no answer, or not a whole one; the desk's other model answers instead
"""

from __future__ import annotations

from typing import Literal

from .records import Receipt

# Why a chat model did not answer; a reply that another model gave carries it as `degraded`.
Failure = Literal["model_down", "model_slow", "model_busy", "model_cut", "model_refused", "model_garbled"]


class DeskError(Exception):
    """Any refusal of the desk."""


class Unknown(DeskError):
    """No such object, or not this person's."""


class Forbidden(DeskError):
    """This person may not do this."""


class Invalid(DeskError):
    """The request itself is wrong."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


class Conflict(DeskError):
    """Already decided, or busy; `receipt` is set when the action was executed before."""

    def __init__(self, message: str, receipt: Receipt | None = None) -> None:
        super().__init__(message)
        self.receipt = receipt


class Gone(DeskError):
    """The action has expired."""


class Misconfigured(DeskError):
    """A setting or a plugin is wrong; the message names it, its value and what is allowed."""


class ModelFailed(Exception):
    """A chat model gave no whole answer: `reason` is for replies, the message (no personal data) for logs."""

    def __init__(self, reason: Failure, message: str) -> None:
        super().__init__(message)
        self.reason = reason
