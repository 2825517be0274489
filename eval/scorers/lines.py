"""How scorers write their lines: a verdict, a share; undefined stays undefined."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..matchers import Known
from ..sample import Sample
from ..trajectory import Score, Trajectory

MOST_EVIDENCE = 20


@dataclass(frozen=True)
class Trial:
    """One trajectory beside its sample, and what matchers may refer to."""

    sample: Sample
    trajectory: Trajectory
    known: Known


@dataclass(frozen=True)
class Lines:
    """Writes the scores of one scorer about one trial."""

    trial: Trial
    version: int

    def verdict(self, scorer: str, passed: bool | None, evidence: Iterable[str] = ()) -> Score:
        """A yes or no; None when there is nothing to judge."""
        value = None if passed is None else float(passed)
        parts = (0.0, 0.0) if value is None else (value, 1.0)
        return self._line(scorer, value, passed, parts, evidence)

    def share(
        self,
        scorer: str,
        numerator: float,
        denominator: float,
        evidence: Iterable[str] = (),
        target: float | None = None,
    ) -> Score:
        """A share; undefined for a denominator of 0. With a `target` it passes when it is just that."""
        value = numerator / denominator if denominator else None
        passed = None if value is None or target is None else value == target
        return self._line(scorer, value, passed, (numerator if denominator else 0.0, denominator), evidence)

    def amount(self, scorer: str, value: float | None, evidence: Iterable[str] = ()) -> Score:
        """A figure that is no share: seconds, turns, characters."""
        return self._line(scorer, value, None, (value or 0.0, 0.0 if value is None else 1.0), evidence)

    def _line(
        self, scorer: str, value: float | None, passed: bool | None, parts: tuple[float, float], evidence: Iterable[str]
    ) -> Score:
        return Score(
            key=self.trial.trajectory.key,
            scorer=scorer,
            version=self.version,
            value=value,
            passed=passed,
            numerator=parts[0],
            denominator=parts[1],
            evidence=tuple(evidence)[:MOST_EVIDENCE],
            gating=self.trial.sample.may_gate and scorer in self.trial.sample.gates,
        )
