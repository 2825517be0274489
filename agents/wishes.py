"""Several wishes in one message: where one ends and the next begins.

A message is cut at its punctuation, and every clause is given to one of the intents that routing knows, so that the
clauses are meant as likely as can be while a change of intent has its price (less after 另外, 还有, a full stop).
What means nothing by itself (a place, a complaint, a detail) stays with its neighbour: a long tale remains one wish.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from .understanding import Weighing, drops, is_question, known_class, says_something, subject, wants_report

_CLAUSES = re.compile(r"[^，。！；？,;!?\n]+[，。！；？,;!?\n]*")
_TURNS = re.compile(
    r"^\s*(?:还有(?![几多没哪])|另外|此外|再就是|再有|再一个|再问|还想|还要问|顺便|顺带|对了|第[二三四]|其次|最后|哦对|也想|也要)"
)
_ENDED = re.compile(r"[。！？!?\n]\s*$")
SHORTEST, MOST = 12, 9
# How clear a piece must be: after 另外…, and without.
AFTER_A_TURN, CLEAR = 0.5, 0.75
# 我妈住院要报销: no question, and yet what is wanted.
_WANTS = re.compile(
    r"(?:要|想|得|需要|打算|准备|该)(?:去|来|给.{1,4})?(?:报销|报账|办|问|咨询|了解|申请|申领|领|补|查|交|缴|转|换|开|退|迁|过户|登记|备案)"
)
# Where somebody goes, what they plan or heard say leads to the question that follows; it reports nothing.
_LEADS_IN = re.compile(
    r"(?:我|我们|我司|本人|本公司|我单位|我家)[^，。！？]{0,4}(?:拟|打算|计划|准备|想在|开车|坐车|骑车|要去|要到|正要)|听(?:说|人说|广播|别人)|看(?:新闻|到通知)"
)
_WOULD_KNOW = re.compile(
    r"^\s*(?:所以|就|只|我|我们|现在|主要|这不)*(?:想|要|需要)(?:先|跟你们?|向您?)?(?:晓得|知道|了解|问|咨询|打听|请教|搞清楚|弄清楚|弄明白)"
)
_NEGATED = re.compile(r"^\s*(?:先|也|就|但|可)*(?:不|莫|别|没)")
# Natural logarithms: a clause that means nothing in particular counts as if it meant anything with this chance.
_FLOOR = math.log(0.08)
_CHANGE, _CHANGE_AFTER_END, _CHANGE_AFTER_A_TURN = 2.0, 1.5, 0.6
# A number, a name, a bare 多久 or 编号多少 belongs to what stands beside it.
_VALUES = re.compile(r"⟦[^⟧]*⟧|[A-Za-z]{0,4}\d+[Xx]?")
_LEAST_SAID = 4


@dataclass(frozen=True)
class _Clause:
    text: str
    scores: dict[str, float]
    turns: bool
    ended: bool

    def cost(self, label: str) -> float:
        return -max(math.log(max(self.scores.get(label, 0.0), 1e-9)), _FLOOR)

    def change(self) -> float:
        return _CHANGE_AFTER_A_TURN if self.turns else _CHANGE_AFTER_END if self.ended else _CHANGE


@dataclass(frozen=True)
class _Heard:
    """By what a person's words are weighed: the labels open to them."""

    weighing: Weighing
    labels: tuple[str, ...]
    roles: frozenset[str]

    def scores(self, text: str) -> dict[str, float]:
        found = self.weighing.score(text, self.roles)
        return {label: found[label] for label in self.labels if label in found}


class Splitter:
    """Splits by what routing goes by as well."""

    def __init__(self, weighing: Weighing) -> None:
        self._weighing = weighing

    def split(
        self, text: str, owners: Mapping[str, str], roles: Collection[str] = (), *, answering: bool = False
    ) -> tuple[str, ...]:
        """The wishes of a message in its order, mostly just one. `owners`: the agent of every label open to the person.

        What answers a question (`answering`) is told in many pieces: only a turn (另外…) begins another wish then.
        """
        parts = _parts(text)
        if answering and (given_up := _given_up(parts)):
            rest = "".join(parts[given_up:])
            return ("".join(parts[:given_up]).strip("，,。 "), *self.split(rest, owners, roles))
        heard = _Heard(self._weighing, tuple(owners), frozenset(roles))
        if len(text) < SHORTEST or not 2 <= len(parts) <= MOST:
            return (text,)
        clauses = [
            _Clause(part, heard.scores(part), bool(_TURNS.match(part)), n > 0 and bool(_ENDED.search(parts[n - 1])))
            for n, part in enumerate(parts)
        ]
        given = _labelled(clauses, heard.labels)
        groups = [[clauses[0]]]
        for clause, before, label in zip(clauses[1:], given, given[1:], strict=False):
            groups = _led_in(groups, clause)
            if _together((before, label), groups[-1], clause, owners, answering):
                groups[-1].append(clause)
            else:
                groups.append([clause])
        return tuple(_text(group) for group in self._standing(groups, heard, answering))

    def _standing(self, groups: list[list[_Clause]], heard: _Heard, answering: bool) -> list[list[_Clause]]:
        """Groups that are not clear by themselves go back to their neighbour; an answer never does."""
        kept: list[list[_Clause]] = []
        unclear: list[_Clause] = []
        for group in groups:
            before = unclear or (kept[-1] if kept else [])
            apart = group[0].turns and bool(before) and _two_questions(before, group[0])
            clear = apart or self._clear(group, heard)
            if unclear and clear and group[0].turns and (apart or answering):
                kept.append(unclear)
                unclear = []
            if clear:
                kept.append([*unclear, *group])
                unclear = []
            elif kept:
                kept[-1].extend(group)
            else:
                unclear += group
        return kept or [unclear]

    def _clear(self, group: Sequence[_Clause], heard: _Heard) -> bool:
        """Whether a piece is a wish by itself: what only says where, who or under what condition is not."""
        text = _text(group)
        if _NEGATED.match(text) or not says_something(text) or _leans(text) or wants_report(text, whole=True):
            return False
        # After a bare comma a question that names next to nothing goes on with what was begun: 多久更新, 谁家的.
        bare = is_question(text) and len("".join(subject(text))) <= _LEAST_SAID
        if bare and not (group[0].turns or group[0].ended):
            return False
        scores = heard.scores(text)
        best = max(sorted(scores), key=lambda label: scores[label], default="")
        # Rules are asked for; what is only told, without a turn, is part of a tale.
        asks = is_question(text) or _WANTS.search(text) or group[0].turns
        told = best.startswith("know:") and not asks
        return not told and scores.get(best, 0.0) >= (AFTER_A_TURN if group[0].turns else CLEAR)


def _parts(text: str) -> list[str]:
    """The clauses of a text with their punctuation; a bare 对了 belongs to what follows."""
    found: list[str] = []
    for match in _CLAUSES.finditer(text):
        bare = bool(found) and _TURNS.sub("", found[-1]).strip("，,。；;、 ") == ""
        if bare:
            found[-1] += match.group(0)
        else:
            found.append(match.group(0))
    return found


def _given_up(parts: Sequence[str]) -> int:
    """How many clauses at the start give up what was asked for (算了，先不报了，) before something else is said."""
    dropped = 0
    while dropped < len(parts) - 1 and drops(parts[dropped]):
        dropped += 1
    return dropped


def _labelled(clauses: Sequence[_Clause], labels: Sequence[str]) -> list[str]:
    """The cheapest label of every clause (Viterbi): what it does not mean costs, and so does every change."""
    costs = {label: clauses[0].cost(label) for label in labels}
    ways: list[dict[str, str]] = []
    for clause in clauses[1:]:
        cheapest = min(sorted(costs), key=lambda label: costs[label])
        moved = costs[cheapest] + clause.change()
        ways.append({label: label if costs[label] <= moved else cheapest for label in labels})
        costs = {label: min(costs[label], moved) + clause.cost(label) for label in labels}
    found = [min(sorted(costs), key=lambda label: costs[label])]
    for way in reversed(ways):
        found.append(way[found[-1]])
    return found[::-1]


def _led_in(groups: list[list[_Clause]], clause: _Clause) -> list[list[_Clause]]:
    """The groups, those that lead in to what is asked for here (我开车去…，听说…，就想知道…) as one."""
    if clause.turns or not _WOULD_KNOW.match(clause.text):
        return groups
    first = next((at for at, group in enumerate(groups) if _LEADS_IN.search(_text(group))), len(groups))
    story = [each for group in groups[first:] for each in group]
    return [*groups[:first], story] if story else groups


def _together(
    change: tuple[str, str], group: Sequence[_Clause], clause: _Clause, owners: Mapping[str, str], answering: bool
) -> bool:
    """Whether a clause goes on with the group before it: without 另外… only another agent's matter is another one,
    unless what was told only leads in to what one would know."""
    before, label = change
    if not clause.turns and _WOULD_KNOW.match(clause.text) and _LEADS_IN.search(_text(group)):
        return True
    if clause.turns and (answering or before != label):
        return False
    if before == label:
        return not _another(group, clause)
    same_noun = label.startswith("tool:") and label.split(".")[0] == before.split(".")[0]
    return answering or same_noun or (owners[before] == owners[label] and not clause.ended)


def _another(group: Sequence[_Clause], clause: _Clause) -> bool:
    """Whether a clause of the same intent is a matter of its own: another question, another kind of problem."""
    if not (clause.turns or clause.ended):
        return False
    if _two_questions(group, clause):
        return True
    before = _text(group)
    kinds = {hit.category.code for hit in (known_class(before), known_class(clause.text)) if hit and hit.score >= CLEAR}
    return clause.turns and len(kinds) == 2


def _leans(text: str) -> bool:
    """Whether words say too little to be a wish of their own: a value with its name, or a question about nothing."""
    said = _TURNS.sub("", _VALUES.sub("", text))
    own = "".join(subject(said))
    return len(own) < (_LEAST_SAID if said != _TURNS.sub("", text) else 2)


def _two_questions(group: Sequence[_Clause], clause: _Clause) -> bool:
    """Whether both ask, and each names what it asks about."""
    both = (_text(group), clause.text)
    return all(is_question(text) and len("".join(subject(text))) >= 2 for text in both)


def _text(group: Sequence[_Clause]) -> str:
    return "".join(clause.text for clause in group).strip("，,；;、 \n")
