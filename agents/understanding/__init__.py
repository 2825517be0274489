"""What a message means: intents, slots, clauses, focus. Shared by routing and the offline model."""

from .addresses import amend, places
from .answers import (
    adds,
    all_of,
    also,
    goes_ahead,
    names_another_act,
    names_filed,
    puts_off,
    resumes,
    set_apart,
    takes_back,
    without_speech,
)
from .choices import is_whom
from .clauses import (
    Correction,
    affirmed,
    assent,
    blames_staff,
    contrasts,
    correction,
    corrects,
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
from .details import asks, detail, status_asked
from .doings import asks_what_was_done, named_of_it, says_just_now
from .facets import Facet, facet_of
from .focus import STRICT, Focus, fits, focus_of, focuses_of, is_question, speaks_of, without_asking
from .insults import without_insults
from .intents import Intents, fit_intents
from .numerals import numbers_in
from .picks import picks
from .reasons import beyond, worded
from .regained import regained
from .rows import Pointer, pointers, points_at_rows, without
from .signs import opens, wants_report
from .slots import Found, fill, find, introduced, is_name, known_class, says_something, wants_pictures
from .told import acts, cited_numbers, is_step, label_words, main_text, only_holds, texts_of, told
from .topics import goes_on, names_something, only_a_place, shared, topic, without_place_in_list
from .weighing import IDENTIFIERS, Understands, Weighing
from .words import Evidence, subject
from .yesno import denies_no, mended, withdraws

__all__ = [
    "IDENTIFIERS",
    "STRICT",
    "Correction",
    "Evidence",
    "Facet",
    "Focus",
    "Found",
    "Intents",
    "Pointer",
    "Understands",
    "Weighing",
    "acts",
    "adds",
    "affirmed",
    "all_of",
    "also",
    "amend",
    "asks",
    "asks_what_was_done",
    "assent",
    "beyond",
    "blames_staff",
    "cited_numbers",
    "contrasts",
    "correction",
    "corrects",
    "declines",
    "denies_no",
    "detail",
    "drops",
    "facet_of",
    "fill",
    "find",
    "fit_intents",
    "fits",
    "focus_of",
    "focuses_of",
    "goes_ahead",
    "goes_on",
    "introduced",
    "is_name",
    "is_question",
    "is_step",
    "is_whom",
    "known_class",
    "label_words",
    "main_text",
    "mended",
    "named_of_it",
    "names_another_act",
    "names_filed",
    "names_something",
    "numbers_in",
    "only_a_place",
    "only_holds",
    "opens",
    "ordinal",
    "picks",
    "places",
    "pleads",
    "pointers",
    "points_at_rows",
    "points_back",
    "puts_off",
    "regained",
    "resumes",
    "says_just_now",
    "says_something",
    "set_apart",
    "shared",
    "small_talk",
    "speaks_of",
    "status_asked",
    "subject",
    "takes_back",
    "texts_of",
    "told",
    "topic",
    "vague_opening",
    "wants_person",
    "wants_pictures",
    "wants_report",
    "withdraws",
    "without",
    "without_asking",
    "without_insults",
    "without_place_in_list",
    "without_pleading",
    "without_speech",
    "worded",
]
