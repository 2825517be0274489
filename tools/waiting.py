"""The waiting period of the residents' scheme by 国办发〔2024〕38号: pure arithmetic, and what it leaves open."""

from __future__ import annotations

from dataclasses import dataclass

SOURCE = "国办发〔2024〕38号"
FIXED_MONTHS = 3
UNVERIFIED = "武汉怎样认定断缴年数、连续断缴多年有没有更长的最低等待期，未核实，以12393答复为准。"


@dataclass(frozen=True)
class Waiting:
    """Months to wait: the fixed part, the variable part, and what they were worked out from."""

    missed_years: int
    extra_years: int
    fixed: int
    variable: int

    @property
    def total(self) -> int:
        """All months."""
        return self.fixed + self.variable


def waiting_period(missed_years: int, extra_years: int = 0) -> Waiting:
    """Three fixed months for a gap; one more per further missed year, one less per extra year, never below three."""
    if missed_years < 0 or extra_years < 0:
        raise ValueError("years cannot be negative")
    if missed_years == 0:
        return Waiting(0, extra_years, 0, 0)
    return Waiting(missed_years, extra_years, FIXED_MONTHS, max(0, missed_years - 1 - extra_years))
