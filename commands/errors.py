"""What a command stops with."""

from __future__ import annotations


class Stop(Exception):
    """The command cannot go on; the message says what happened and what to do."""
