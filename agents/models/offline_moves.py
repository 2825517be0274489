"""The offline model's next move: report a result, go on with what is waited for, call a tool, answer, or refuse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from langchain_core.messages import AIMessage, BaseMessage

from tools import HANDOFF_TOOL

from ..context import LOOKUP, UNKNOWN
from ..toolbox import ASK, CONTROL, DROP, HAND_OFF
from ..understanding import (
    IDENTIFIERS,
    Weighing,
    affirmed,
    assent,
    blames_staff,
    declines,
    find,
    fit_intents,
    goes_ahead,
    goes_on,
    is_question,
    only_a_place,
    opens,
    ordinal,
    shared,
    small_talk,
    subject,
    vague_opening,
    wants_person,
)
from .offline_acts import (
    another_act,
    another_report,
    only_asks_whether,
    only_says_why,
    put_aside,
    reported,
    reversing,
    sends,
)
from .offline_again import again
from .offline_answers import Refusal, answer
from .offline_calls import call, lister, report
from .offline_cards import beside_card, gives_it_up, goes_on_with, taken_up, undone
from .offline_choosing import COVERED
from .offline_gate import unclear
from .offline_heard import NOBODY, Heard, Meant, Specs, heard_in, refuse, same_kind
from .offline_leaning import asks_the_sum, listed_by, own_time, tells, varied, with_topic
from .offline_memory import Memory
from .offline_paging import paged
from .offline_pointing import pointed_at
from .offline_receipts import of_receipts
from .offline_results import nowhere, resumed, told_of_it
from .offline_rows import after_list, done_before, is_staff, on_rows, own, unresolved
from .offline_slots import (
    after_danger,
    arguments,
    continued,
    inherited,
    names_only_details,
)
from .offline_talk import speaks, things
from .offline_thread import Open, Told, cited_titles, in_talk, leads, names_another, of_talk
from .offline_unused import not_without, unused
from .offline_words import (
    ELSEWHERE,
    NOT_SAID,
    NOT_THAT_ONE,
    NOT_YET,
    TALK,
    WHAT,
    WHAT_THERE,
    WHICH_ONE,
    about,
    clarify,
    either,
    foreign_language,
    reminder,
    vague,
)

SURE, LIKELY, PERHAPS = 0.75, 0.4, 0.25
# With a number named, less than this only looks it up; a write waits for the yes anyway.
NAMED = 0.33
STRONG = 0.9
# Less clear than this, and the next tool this close to it: which one is asked.
FAIRLY, CLOSE = 0.6, 0.85
# As likely as this none of the house's matters, unless the passages speak of it this well.
STRANGE, SPOKEN_OF = 0.4, 0.6
# In a talk that has begun, what seems strange mostly goes on with it.
STRANGER = 0.9
KNOW, NONE = "know", "none"
_QUESTIONS = Path(__file__).parent / "data" / "questions.txt"
CITED = re.compile(r"\[\d+\]")
# A number and no words, or nothing at all: where it does not fit, it is asked for once more.
_VALUE = re.compile(r"(?:⟦[^⟧]*⟧|[\dXx\s-]{4,})+")


class Mover:
    """Decides moves; keeps nothing but fitted intents: the house's, or one set per set of tools it does not know."""

    def __init__(self, cache: Path | None, house: Weighing | None = None) -> None:
        self._cache = cache
        self._house = house
        self._fitted: dict[tuple[str, ...], Weighing] = {}

    def move(self, messages: Sequence[BaseMessage], specs: Specs) -> AIMessage:
        """The next message."""
        heard = heard_in(messages, specs)
        if heard.results:
            return self._after_result(heard)
        return self._first(heard)

    def _first(self, heard: Heard) -> AIMessage:
        text = heard.text
        if heard.waiting and gives_it_up(heard) and DROP in heard.specs:
            return call(DROP, {}, text)
        meant = self._meant(heard)
        if HAND_OFF in heard.specs and self._calls_a_person(heard, meant):
            return call(HAND_OFF, {"reason": "complaint" if blames_staff(text) else "asked"}, text)
        move = of_receipts(heard) or on_rows(heard, self._meant) or paged(heard, meant)
        move = move or self._continue(heard, meant) or self._beside(heard, meant) or self._picked_tool(heard)
        move = move or told_of_it(heard, meant) or pointed_at(heard, meant)
        move = move or again(heard, meant) or own_time(heard, meant)
        move = move or resumed(heard, meant, lambda: isinstance(self._answer(heard), str))
        if move is not None:
            return move
        said_yes_or_no = assent(text) is not None
        # 帮我申请 is a yes where one is waited for, else a wish.
        acts = meant.tool is not None and meant.score >= LIKELY and heard.specs[meant.tool].effect == "write"
        if kind := small_talk(text) or ("nod" if said_yes_or_no and not acts else None):
            return AIMessage(
                f"{about(heard.specs) if kind == 'about' else TALK[kind]}{reminder(heard.waiting, heard.specs)}"
            )
        if ASK in heard.specs and not heard.waiting and (opening := self._only_opens(heard, meant)):
            return opening
        if by := listed_by(heard, meant):
            return self._start(by, heard)
        if meant.tool and meant.score >= max(meant.know, meant.none):
            return unclear(meant.tool, heard, meant) or self._which(heard, meant) or self._start(meant.tool, heard)
        roles = frozenset(heard.context.roles) if heard.context else frozenset()
        if act := sends(heard.text, heard.specs, roles, heard.memory, heard.now):
            return self._start(act, heard)
        return self._named(heard, meant) or self._from_knowledge(heard, meant)

    def _only_opens(self, heard: Heard, meant: Meant) -> AIMessage | None:
        """What only says that there is something, or where: asked about, unless a report was promised in a danger."""
        if vague_opening(heard.text) and meant.score < SURE:
            return call(ASK, {"question": WHAT}, heard.text)
        if not only_a_place(heard.text):
            return None
        promised = after_danger(heard.text, heard.memory, heard.specs, heard.now)
        return call(*promised, heard.text) if promised else call(ASK, {"question": WHAT_THERE}, heard.text)

    def _calls_a_person(self, heard: Heard, meant: Meant) -> bool:
        """Whether somebody wants a person, rather than to look up who wanted one."""
        looks = meant.tool is not None and meant.score >= SURE and heard.specs[meant.tool].effect == "read"
        return blames_staff(heard.text) or (wants_person(heard.text) and not looks)

    def _named(self, heard: Heard, meant: Meant) -> AIMessage | None:
        """WH… 看一下: what is named by its identifier is at least looked up, unless the passages hold the answer."""
        roles = frozenset(heard.context.roles) if heard.context else None
        wanted = heard.specs.get(meant.tool or "") if meant.score >= NAMED and not is_question(heard.text) else None
        if wanted and any(s.kind in IDENTIFIERS and find(s, heard.text, heard.now) for s in wanted.slots.values()):
            return self._start(wanted.name, heard)
        if is_question(heard.text) and heard.covered >= STRONG:
            return None
        for name, spec in sorted(heard.specs.items()):
            slots = [spec.slots[each] for each in spec.required if each in spec.slots]
            open_to = roles is None or roles & spec.roles
            if open_to and spec.effect == "read" and len(slots) == 1 and slots[0].kind in IDENTIFIERS:
                said = find(slots[0], heard.text, heard.now)
                if said:
                    return call(name, {spec.required[0]: said[0].value}, heard.text)
        return None

    def _which(self, heard: Heard, meant: Meant) -> AIMessage | None:
        """One short question where two tools are too close to call, unless both only look up the same things."""
        close = meant.score < FAIRLY and meant.next >= CLOSE * meant.score
        if not close or meant.second is None or ASK not in heard.specs:
            return None
        if HANDOFF_TOOL in (meant.tool, meant.second):
            return self._start(meant.second if meant.tool == HANDOFF_TOOL else str(meant.tool), heard)
        first, second = heard.specs[str(meant.tool)], heard.specs[meant.second]
        if first.effect == second.effect == "read" and first.name.split(".")[0] == second.name.split(".")[0]:
            return None
        question, choices = either(first, second)
        return call(ASK, {"question": question, "choices": choices}, heard.text)

    def _continue(self, heard: Heard, meant: Meant) -> AIMessage | None:
        waiting = heard.waiting
        if waiting is None:
            return None
        slot = heard.specs[waiting["tool"]].slots.get(waiting["slot"])
        asks = is_question(heard.text) and not declines(heard.text)
        given = slot is not None and slot.kind in IDENTIFIERS and bool(find(slot, heard.text, heard.now))
        # What was asked for by its identifier is what a message with that identifier answers.
        details = not asks and names_only_details(heard.specs[waiting["tool"]], heard.text, heard.now)
        other = meant.tool not in (None, waiting["tool"]) and meant.score >= SURE and (asks or not given)
        if another_act(waiting, heard.specs, heard.text, meant.tool if meant.score >= LIKELY else None, heard.now):
            return None
        if another_report(waiting, heard.specs, heard.text, heard.now):
            return put_aside(waiting, heard.specs, self._start(waiting["tool"], heard))
        other = other and not only_says_why(waiting, heard.specs, str(meant.tool), asks=asks)
        if other and not details and opens(heard.text) and not declines(heard.text):
            return None
        spec = heard.specs[waiting["tool"]]
        if changed := varied(heard.text, spec, waiting["arguments"], heard.now):
            return call(waiting["tool"], {**waiting["arguments"], **changed}, heard.text)
        if asks_the_sum(heard.text, spec):
            return AIMessage(f"{NOT_YET}{reminder(waiting, heard.specs)}")
        told = tells(heard.text, spec, heard.now)
        if asks and not told and (meant.know >= LIKELY or heard.covered >= COVERED):
            return None
        if small_talk(heard.text) == "thanks":
            return None
        ahead = goes_ahead(heard.text)
        collected = None if ahead else continued(heard.text, waiting, spec, heard.memory, heard.now)
        says_nothing = told or (not subject(heard.text) and not is_question(heard.text))
        collected = collected if collected is not None else goes_on_with(heard)
        if collected is None and (says_nothing or _VALUE.fullmatch(heard.text.strip())):
            collected = dict(waiting["arguments"])
        return None if collected is None else call(waiting["tool"], collected, heard.text)

    def _beside(self, heard: Heard, meant: Meant) -> AIMessage | None:
        """What is said of a card, of one that was given up, or of what was carried out."""
        return taken_up(heard) or beside_card(heard, meant) or undone(heard, meant)

    def _picked_tool(self, heard: Heard) -> AIMessage | None:
        """The answer to "您是想…": the title of a tool; what it is about was said before."""
        name = next(
            (n for n, spec in heard.specs.items() if n not in CONTROL and spec.title == heard.text.strip()), None
        )
        if name is None or not heard.specs[name].examples:
            return None
        return call(name, arguments(heard.specs[name], heard.memory.question, heard.memory, heard.now), heard.text)

    def _start(self, name: str, heard: Heard) -> AIMessage:
        """A new call; one that lacks an identifier first looks for the person's own objects of that noun."""
        spec = heard.specs[name]
        if said := not_without(spec, heard.text, heard.now):
            return AIMessage(said)
        before = inherited(spec, heard.text, heard.specs, heard.memory, heard.now)
        given = before | arguments(spec, heard.text, heard.memory, heard.now)
        if names_only_details(spec, heard.text, heard.now):
            given |= {key: value for key, value in before.items() if spec.slots[key].kind == "query"}
        if move := done_before(spec, given, heard) or unresolved(spec, given, heard):
            return move
        first = lister(spec, given, heard.specs)
        if first is None:
            return call(name, given, heard.text)
        wanted = arguments(first, heard.text, heard.memory, heard.now)
        return call(first.name, wanted | own(first, heard), heard.text)

    def _after_result(self, heard: Heard) -> AIMessage:
        """Tell a result; when it was looked up to find the one object that is meant, go on with that."""
        made, result = heard.results[-1]
        if result.get("kind") == UNKNOWN:
            reply = self._answer(heard)
            known = reply if isinstance(reply, str) else reply.text
            return self._from_knowledge(heard, NOBODY) if CITED.search(known) else self._start(made, heard)
        if move := after_list(heard):
            return move
        meant = self._meant(heard)
        spec = heard.specs.get(meant.tool or "")
        if spec is None or made == spec.name or "error" in result or made not in heard.specs:
            left = (
                unused(heard.specs[made], heard.text, heard.now)
                if made in heard.specs and "error" not in result
                else ""
            )
            return AIMessage(f"{report(result)}{left}")
        given = arguments(spec, heard.text, heard.memory, heard.now)
        if only_asks_whether(heard.text) and is_staff(heard):
            return AIMessage(report(result))
        if lister(spec, given, heard.specs) is None or spec.name.split(".")[0] != made.split(".")[0]:
            return AIMessage(report(result))
        slot = next(name for name in spec.required if spec.slots[name].kind in IDENTIFIERS)
        told = Memory(told=(str(result.get("say") or ""),))
        one = arguments(spec, heard.text, told, heard.now).get(slot)
        nothing = not (result.get("data") or {}).get("total", 1)
        if one is None and len(heard.results) == 1 and nothing and not is_staff(heard):
            return call(made, own(heard.specs[made], heard), heard.text)
        then = call(spec.name, {**given, slot: one} if one else given, heard.text)
        listed = bool((result.get("data") or {}).get("total", 1))
        led = f"{NOT_THAT_ONE}\n" if len(heard.results) > 1 and listed and not one else ""
        return then if one else AIMessage(f"{led}{report(result)}", tool_calls=then.tool_calls)

    def _from_knowledge(self, heard: Heard, meant: Meant) -> AIMessage:
        text = heard.text
        if heard.restated and isinstance(self._answer(heard), Refusal) and (said := nowhere(heard)):
            return said
        if declines(text) and not is_question(text) and ASK in heard.specs:
            return call(ASK, {"question": vague(heard.specs)}, text)
        own = subject(text)
        follows = heard.asked != text
        if ordinal(text) and goes_on(text) and ASK in heard.specs:
            return call(ASK, {"question": WHICH_ONE}, text)
        if question := foreign_language(text):
            return refuse("out_of_scope", question, heard)
        strange = STRANGER if heard.memory.question else STRANGE
        apart = not follows and (opens(text) or not heard.memory.question)
        if own and apart and meant.none >= strange and heard.covered < SPOKEN_OF:
            return refuse("out_of_scope", f"{ELSEWHERE}{reminder(heard.waiting, heard.specs)}", heard)
        reply = self._answer(heard)
        if isinstance(reply, str):
            return AIMessage(f"{reply}{reminder(heard.waiting, heard.specs)}")
        if meant.tool and meant.score >= PERHAPS and reply.reason == "no_evidence" and not is_question(text):
            question, choices = clarify(heard.specs[meant.tool])
            return call(ASK, {"question": question, "choices": choices}, text)
        if not own and ASK in heard.specs:
            return call(ASK, {"question": vague(heard.specs)}, text)
        return refuse(reply.reason, reply.text, heard)

    def _answer(self, heard: Heard) -> str | Refusal:
        """The answer: from the documents of the talk where they speak of it and the words go on with it."""
        reply, said = self._answer_anew(heard), self._in_talk(heard)
        if said is None or names_another(heard.text, said, heard.found):
            return self._on_topic(reply, heard)
        other = reply if isinstance(reply, str) else ""
        if isinstance(said, Told):
            return said if not other or leads(heard.text, said, other) else reply
        better = other and (of_talk(other, heard.found) or not goes_on(heard.text))
        return reply if better else Refusal("no_evidence", said)

    def _in_talk(self, heard: Heard) -> Told | Open | None:
        about = heard.memory.topic if goes_on(heard.text) else ""
        return in_talk(heard.text, heard.found, about)

    def _on_topic(self, reply: str | Refusal, heard: Heard) -> str | Refusal:
        """Words that go on with a thing get nothing that is said of quite another one."""
        text = reply if isinstance(reply, str) else reply.text
        named = things(heard.memory.topic)
        strays = heard.asked != heard.text and heard.found.get("talk") and CITED.search(text) and named
        if not strays or of_talk(text, heard.found) or speaks(f"{text}{cited_titles(text, heard.found)}", named):
            return reply
        return Refusal("no_evidence", NOT_SAID)

    def _answer_anew(self, heard: Heard) -> str | Refusal:
        """The answer of what was found; one that goes on may be about the document alone that speaks of it."""
        text, like = heard.text, same_kind(heard)
        if heard.asked == text:
            return answer(text, heard.found, None, like)
        reply = answer(text, heard.found, heard.asked, like)
        thing = shared(heard.asked, [str(each["title"]) for each in heard.found.get("passages", ())[:1]])
        tries = [answer(text, heard.found, f"{thing} {text}")] if thing and isinstance(reply, Refusal) else []
        # 那算力呢 asks the same of something else: what does not speak of that is no answer.
        named = things(text)
        if isinstance(reply, str) and named and not speaks(reply, named):
            again = answer(text, heard.found, None, like) if like else Refusal("no_evidence", NOT_SAID)
            return again if isinstance(again, Refusal) or speaks(again, named) else Refusal("no_evidence", NOT_SAID)
        told = (each for each in tries if isinstance(each, str) and (not named or speaks(each, named)))
        return next(told, reply)

    def _meant(self, heard: Heard) -> Meant:
        """What this person most likely means."""
        names = tuple(sorted(n for n, spec in heard.specs.items() if n not in CONTROL | {LOOKUP} and spec.examples))
        meant = self._ranked(heard, names, heard.text)
        wider = with_topic(heard, meant)
        return self._ranked(heard, names, wider) if wider else meant

    def _ranked(self, heard: Heard, names: tuple[str, ...], text: str) -> Meant:
        scores = self._scores(heard, names, text)
        know, none = scores.pop(KNOW, 0.0), scores.pop(NONE, 0.0)
        ranked = sorted(scores, key=lambda name: (-scores[name], name))
        tops = [scores[name] for name in ranked[:2]] + [0.0, 0.0]
        first, second = [*ranked[:2], None, None][:2]
        first = reversing(heard.text, first, heard.specs) if first else None
        if second and reported(text, second, first, heard.specs) and tops[1] >= PERHAPS:
            return Meant(second, first, tops[0], tops[1], know, none)
        return Meant(first, second, tops[0], tops[1], know, none)

    def _scores(self, heard: Heard, names: tuple[str, ...], text: str) -> dict[str, float]:
        """What the message means, of all that is declared; then only what is bound, and questions about rules."""
        roles = frozenset(heard.context.roles) if heard.context else frozenset()
        if self._house is None or not self._house.intents.knows(f"tool:{name}" for name in names):
            found = self._heads(names, heard.specs).score(text, roles, heard.now, heard.covered)
            return found | {NONE: 1.0 - sum(found.values())}
        found = self._house.score(affirmed(text), roles, heard.now, heard.covered)
        rules = sum(score for label, score in found.items() if label.startswith(f"{KNOW}:"))
        return {name: found[f"tool:{name}"] for name in names} | {KNOW: rules, NONE: 1.0 - sum(found.values())}

    def _heads(self, names: tuple[str, ...], specs: Specs) -> Weighing:
        if names not in self._fitted:
            examples: dict[str, Sequence[str]] = {name: specs[name].examples for name in names}
            intents = fit_intents({**examples, KNOW: _questions()} if names else {}, self._cache)
            self._fitted[names] = Weighing(intents, specs)
        return self._fitted[names]


@lru_cache(maxsize=1)
def _questions() -> tuple[str, ...]:
    """Questions about rules, so that asking how a thing is handled is not taken for reporting it."""
    return tuple(line for line in _QUESTIONS.read_text(encoding="utf-8").splitlines() if line and line[0] != "#")
