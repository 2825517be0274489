"""What the viewer's page asks for, as JSON: served on loopback, or packed into a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from .divergence import first_divergence
from .index import Opened, RunIndex
from .slots import slot_rows


class Bodies:
    """One run, or two that are held against each other."""

    def __init__(self, runs: Sequence[RunIndex]) -> None:
        self.runs = tuple(runs)
        self._units = [each.by_unit() for each in self.runs]

    def run_list(self) -> list[dict[str, Any]]:
        """The runs by name."""
        return [{"name": each.folder.name, "trials": len(each.entries)} for each in self.runs]

    def trial_list(self, run: int) -> list[dict[str, Any]]:
        """The trials of a run, each with its pair in the other one."""
        rows = self.runs[run].listed()
        others = self._units[1 - run] if len(self.runs) == 2 else {}
        for row in rows:
            other = others.get(row["unit"])
            row["other"] = other.key if other else None
            row["changed"] = other is not None and (other.passed is True) != (row["passed"] is True)
        return rows

    def trial(self, run: int, key: str, against: str = "") -> dict[str, Any] | None:
        """One trial with everything about it; `against` is a key of the other run. None where there is none."""
        found = self.runs[run].open(key)
        if found is None:
            return None
        return {
            "name": self.runs[run].entries[key].name,
            "sample": asdict(found.sample),
            "trajectory": found.trajectory.to_json(),
            "scores": [each.to_json() for each in found.scores.values()],
            "slots": [asdict(each) for each in slot_rows(found.sample, found.trajectory)],
            "divergence": self._divergence(found, run, against),
        }

    def _divergence(self, found: Opened, run: int, against: str) -> dict[str, Any] | None:
        if not against or len(self.runs) != 2:
            return None
        other = self.runs[1 - run].open(against)
        apart = first_divergence(found.trajectory, other.trajectory) if other else None
        return asdict(apart) if apart else None
