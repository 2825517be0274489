"""What the control tools do: a model asks, refuses or drops, and the turn ends there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from . import wording
from .records import Asked, Event, Outcome, Reason
from .toolbox import ASK, DROP
from .turn import Turn


def obey(turn: Turn, call: Mapping[str, Any]) -> list[Event]:
    """End the turn the way the model asked for. Its words still pass the guard."""
    arguments = call["args"]
    turn.answer_call(call, {"status": "done"})
    if call["name"] == DROP:
        turn.waiting = None
        turn.end(Outcome("answered"))
        return [turn.speak(wording.DROPPED)]
    if call["name"] == ASK:
        question = str(arguments.get("question") or wording.SAY_MORE)
        given = arguments.get("choices") or ()
        choices = tuple(str(choice) for choice in (given if isinstance(given, list | tuple) else (given,)))
        if not turn.known(" ".join((question, *choices))):
            turn.note("guard", "换掉有无依据数字的提问", {"text": question, "choices": list(choices)})
            question, choices = wording.SAY_MORE, ()
        turn.asks.append(Asked(None, "choice", "enum" if choices else "text", question, choices))
        turn.end(Outcome("clarify"))
        return [turn.speak(question)]
    given = arguments.get("reason")
    reason: Reason = given if given in get_args(Reason) else "no_evidence"
    events = turn.feed(str(arguments.get("text") or "")) + turn.flush()
    if not turn.said:
        events.append(turn.speak(wording.NO_SUPPORT))
    turn.end(Outcome("refused", reason))
    return events
