"""What a message means: intents, slots, clauses, focus. Shared by routing and the offline model."""

from .clauses import Correction, assent, correction, declines, small_talk, wants_person
from .focus import Focus, focus_of
from .intents import Intents, fit_intents
from .slots import Found, fill, find

__all__ = [
    "Correction",
    "Focus",
    "Found",
    "Intents",
    "assent",
    "correction",
    "declines",
    "fill",
    "find",
    "fit_intents",
    "focus_of",
    "small_talk",
    "wants_person",
]
