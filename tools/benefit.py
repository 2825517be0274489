"""What insurance might pay, by versioned rules. The only rules at hand are invented ones for demonstration."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "benefit_rules.json"


@dataclass(frozen=True)
class BenefitRules:
    """One version of the rules; amounts in yuan, shares between 0 and 1."""

    version: str
    effective_from: str
    effective_to: str
    verified: bool
    deductible: float
    ratio: float
    cap: float
    unfiled_factor: float

    def holds_on(self, day: date) -> bool:
        """Whether a day lies within the rules' validity."""
        return self.effective_from <= day.isoformat() <= self.effective_to


@dataclass(frozen=True)
class Bill:
    """One bill and this year's use so far, in yuan; `filed` says whether care is at home or filed as off-site."""

    total: float
    self_paid: float
    own_share: float
    over_limit: float
    deductible_used: float
    cap_used: float
    filed: bool


@dataclass(frozen=True)
class Estimate:
    """The parts of a bill, in yuan."""

    in_scope: float
    deductible: float
    payable: float
    fund: float
    own: float


def estimate(rules: BenefitRules, bill: Bill) -> Estimate:
    """The estimate; `ValueError` when the parts of the bill cannot be true."""
    if min(bill.total, bill.self_paid, bill.own_share, bill.over_limit, bill.deductible_used, bill.cap_used) < 0:
        raise ValueError("金额不能是负数。")
    in_scope = bill.total - bill.self_paid - bill.own_share - bill.over_limit
    if in_scope < 0:
        raise ValueError("自费、先行自付和超限价的钱加起来超过了总费用，请核对。")
    deductible = min(in_scope, max(0.0, rules.deductible - bill.deductible_used))
    payable = in_scope - deductible
    ratio = rules.ratio * (1.0 if bill.filed else rules.unfiled_factor)
    fund = round(min(payable * ratio, max(0.0, rules.cap - bill.cap_used)), 2)
    return Estimate(round(in_scope, 2), round(deductible, 2), round(payable, 2), fund, round(bill.total - fund, 2))


@cache
def bundled_rules() -> BenefitRules:
    """The rules that come with the product: invented, and marked so."""
    data = json.loads(DATA.read_text(encoding="utf-8"))
    names = BenefitRules.__dataclass_fields__
    return BenefitRules(**{name: data[name] for name in names})
