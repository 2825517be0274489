"""Whether a proposal is one that waits already, put right: then it takes the other's place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tools import ToolSpec

from .actions import PendingAction
from .records import Action
from .understanding import IDENTIFIERS, Evidence, also, contrasts, corrects, known_class, set_apart


def revised(pending: Sequence[PendingAction], action: Action, spec: ToolSpec, text: str) -> PendingAction | None:
    """What waits of the same tool and is meant by this proposal; None when the proposal is another matter.

    Put right: taken back in words, said again, more told of it, or changed in what need not be given.
    """
    if also(text) or set_apart(text):
        return None
    found = [each for each in pending if each.tool == action.tool]
    if not found and contrasts(text):
        return _of_the_object(pending, action.tool, action.arguments, spec)
    taken_back = contrasts(text)
    found = [each for each in found if taken_back or _same_matter(each.arguments, action.arguments, spec)]
    return max(found, key=lambda each: (_unchanged(each, action, spec), _spoken_of(each, text)), default=None)


def asked_anew(
    pending: Sequence[PendingAction], given: Mapping[str, Any], spec: ToolSpec, text: str
) -> PendingAction | None:
    """What waits and is taken back by words that leave a question open: it is not what was meant any more."""
    if also(text) or set_apart(text):
        return None
    taken_back = contrasts(text)
    same = [each for each in pending if each.tool == spec.name]
    same = [each for each in same if taken_back or _same_matter(each.arguments, given, spec)]
    told = [name for name, slot in spec.slots.items() if not slot.derived and name in given]
    alike = [sum(each.arguments.get(name) == given[name] for name in told) for each in same]
    if not same:
        return _of_the_object(pending, spec.name, given, spec) if taken_back else None
    best = [each for each, count in zip(same, alike, strict=True) if count == max(alike)]
    return best[0] if len(best) == 1 else None


def _of_the_object(
    pending: Sequence[PendingAction], tool: str, given: Mapping[str, Any], spec: ToolSpec
) -> PendingAction | None:
    """Another act that waits for the same object, where there is one such: 改成延期 beside 挂账."""
    own = {given.get(name) for name in spec.required if spec.slots[name].kind in IDENTIFIERS} - {None}
    noun = tool.split(".")[0]
    others = [
        each
        for each in pending
        if each.tool != tool and each.tool.split(".")[0] == noun and own & {str(v) for v in each.arguments.values()}
    ]
    return others[0] if len(others) == 1 else None


def unchanged(pending: Sequence[PendingAction], made: Sequence[Action], spec: ToolSpec, text: str) -> list[str]:
    """The labels of a card that a correction left as it was: nothing was understood to be changed."""
    same = any(each.tool == action.tool and each.summary == action.summary for each in pending for action in made)
    if len(made) != 1 or not same or not corrects(text):
        return []
    held = made[0].arguments
    return [slot.label for name, slot in spec.slots.items() if slot.shown and not slot.derived and held.get(name)]


def changed_alike(
    pending: Sequence[PendingAction], earlier: PendingAction, action: Action, spec: ToolSpec
) -> list[tuple[PendingAction, dict[str, Any]]]:
    """What else waits of the same tool and shares a value that was put right, with that value changed."""
    told = [name for name, slot in spec.slots.items() if not slot.derived and name in action.arguments]
    old = {name: earlier.arguments.get(name) for name in told if earlier.arguments.get(name) != action.arguments[name]}
    found = []
    for each in pending:
        shared = {name: action.arguments[name] for name in old if old[name] and each.arguments.get(name) == old[name]}
        if shared and each.tool == action.tool and each.id != earlier.id:
            kept = {name: value for name, value in each.arguments.items() if not spec.slots[name].derived}
            found.append((each, {**kept, **shared}))
    return found


def _same_matter(old: Mapping[str, Any], new: Mapping[str, Any], spec: ToolSpec) -> bool:
    """Whether nothing that must be given, and no class that follows from it, speaks of something else."""
    changed = [name for name in spec.required if name in new and old.get(name) != new[name]]
    if not changed:
        return True
    # More told of the same: the words hold those before. Another thing at the same place is another matter.
    files = any(slot.kind == "category" for slot in spec.slots.values())
    words = [name for name in changed if spec.slots[name].kind == "text"] if files else []
    if all(_holds(old.get(name), new[name]) for name in changed):
        return True
    return len(changed) < len(spec.required) and all(_same_problem(old.get(name), new[name]) for name in words)


def _holds(old: Any, new: Any) -> bool:
    """Whether words are the earlier ones with more told."""
    return isinstance(old, str) and isinstance(new, str) and old in new


def _same_problem(old: Any, new: Any) -> bool:
    if not (isinstance(old, str) and isinstance(new, str)):
        return False
    kinds = [hit.category.code if hit else "" for hit in (known_class(old), known_class(new))]
    return old in new or (kinds[0] != "" and kinds[0] == kinds[1])


def _unchanged(each: PendingAction, action: Action, spec: ToolSpec) -> int:
    shown = [name for name, slot in spec.slots.items() if slot.shown]
    return sum(each.arguments.get(name) == action.arguments.get(name) for name in shown if name in action.arguments)


def _spoken_of(each: PendingAction, text: str) -> float:
    return Evidence(text, ()).share((each.summary, 1.0))
