"""Errors of the tools.

ToolError            the model (or the citizen) reads it and reacts; the message is natural Chinese
├── NeedsAnswer      one argument needs the user's answer before the tool can run (carries the question)
├── NotAllowed       this person may not do this
├── NotFound         no such object, or not this person's
├── Conflict         the object's state forbids it
├── NotOurs          the matter is somebody else's; the message says whose, as far as is known
└── Unavailable      the platform did not answer in time or failed; trying later may help
"""

from __future__ import annotations


class ToolError(Exception):
    """A failure the model can react to; the message is written for the citizen, in Chinese.

    `kind` names it for models and records.
    """

    kind = "invalid"


class NeedsAnswer(ToolError):
    """One argument is missing or ambiguous: ask the user `question` for `slot`."""

    def __init__(self, slot: str, question: str, choices: tuple[str, ...] = ()) -> None:
        super().__init__(question)
        self.slot = slot
        self.question = question
        self.choices = choices


class NotAllowed(ToolError):
    """This person may not do this."""

    kind = "not_allowed"


class NotFound(ToolError):
    """No such object, or not this person's."""

    kind = "not_found"


class Conflict(ToolError):
    """The object's state forbids it (a repeated urge, an illegal transition)."""

    kind = "conflict"


class NotOurs(ToolError):
    """Nobody here is in charge of the matter."""

    kind = "not_ours"


class Unavailable(ToolError):
    """The platform did not answer in time or failed."""

    kind = "unavailable"
