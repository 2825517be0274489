"""What a message means: intents, slots, clauses, focus. Shared by routing and the offline model."""

from .addresses import amend
from .clauses import (
    Correction,
    affirmed,
    assent,
    blames_staff,
    correction,
    declines,
    drops,
    ordinal,
    pleads,
    points_back,
    small_talk,
    vague_opening,
    wants_person,
    without_pleading,
)
from .focus import STRICT, Focus, fits, focus_of, focuses_of, is_question, speaks_of, without_asking
from .intents import Intents, fit_intents
from .reasons import beyond, worded
from .signs import opens
from .slots import Found, fill, find, introduced, is_name, known_class, says_something, wants_pictures
from .topics import goes_on, names_something, only_a_place, shared, topic
from .weighing import IDENTIFIERS, Understands, Weighing
from .words import Evidence, subject

__all__ = [
    "IDENTIFIERS",
    "STRICT",
    "Correction",
    "Evidence",
    "Focus",
    "Found",
    "Intents",
    "Understands",
    "Weighing",
    "affirmed",
    "amend",
    "assent",
    "beyond",
    "blames_staff",
    "correction",
    "declines",
    "drops",
    "fill",
    "find",
    "fit_intents",
    "fits",
    "focus_of",
    "focuses_of",
    "goes_on",
    "introduced",
    "is_name",
    "is_question",
    "known_class",
    "names_something",
    "only_a_place",
    "opens",
    "ordinal",
    "pleads",
    "points_back",
    "says_something",
    "shared",
    "small_talk",
    "speaks_of",
    "subject",
    "topic",
    "vague_opening",
    "wants_person",
    "wants_pictures",
    "without_asking",
    "without_pleading",
    "worded",
]
