"""Matchers: whether a value is what a sample expects, and whether a text says it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from .assign import matched_pairs
from .canonical import as_date, as_money, plain, same, same_literal, tight
from .facts import dates_in, money_in, numbers_in

OPERATORS: Final = frozenset(
    ("any", "re", "near", "set", "norm", "ref", "fn", "len", "absent", "opt", "contains", "money", "date", "text")
)
DETAILS: Final = frozenset(("tol", "unit", "is"))


class MatcherError(ValueError):
    """A matcher that cannot be read, or that names a fixture there is not."""


class Missing:
    """What a field that is not there is, beside None."""

    def __repr__(self) -> str:
        return "（没有）"


MISSING: Final = Missing()


@dataclass(frozen=True)
class Known:
    """What matchers may refer to: captured ids and declared fixture look-ups."""

    captured: Mapping[str, Any] = field(default_factory=dict)
    fixtures: Mapping[str, Any] = field(default_factory=dict)


NOTHING_KNOWN: Final = Known()


def matches(expected: Any, actual: Any, known: Known = NOTHING_KNOWN) -> bool:
    """Whether a value is what is expected."""
    if isinstance(expected, Mapping):
        operator = _operator(expected)
        if operator:
            return _by_operator(operator, expected, actual, known)
        return isinstance(actual, Mapping) and _same_fields(expected, actual, known)
    if isinstance(actual, Missing):
        return False
    if _is_list(expected):
        return (
            _is_list(actual)
            and len(expected) == len(actual)
            and all(matches(one, two, known) for one, two in zip(expected, actual, strict=True))
        )
    return same_literal(expected, actual)


def mismatches(expected: Mapping[str, Any], actual: Mapping[str, Any], known: Known = NOTHING_KNOWN) -> list[str]:
    """The expected fields that an object does not have so; what it has beside them is free."""
    return [name for name, each in expected.items() if not matches(each, actual.get(name, MISSING), known)]


def says(expected: Any, text: str, known: Known = NOTHING_KNOWN) -> bool:
    """Whether a text says it: words, a number with its unit, a date, an amount, an id."""
    if isinstance(expected, Mapping):
        operator = _operator(expected)
        if not operator:
            raise MatcherError(f"回复里不能要求一个对象：{expected}。请写文字或匹配器。")
        return _said(operator, expected, text, known)
    if _is_list(expected):
        return all(says(each, text, known) for each in expected)
    if isinstance(expected, int | float) and not isinstance(expected, bool):
        return says({"near": expected}, text, known)
    return tight(str(expected)).lower() in tight(text).lower()


def shown(expected: Any) -> str:
    """A matcher in a few words, for evidence."""
    return str(dict(expected)) if isinstance(expected, Mapping) else str(expected)


def _operator(expected: Mapping[str, Any]) -> str:
    found = OPERATORS & expected.keys()
    if not found:
        return ""
    name = "norm" if "norm" in found else sorted(found)[0]
    others = expected.keys() - {name} - DETAILS - ({"any"} if name == "norm" else set())
    if others:
        raise MatcherError(f"匹配器 {dict(expected)} 里 {name} 不能与 {'、'.join(sorted(others))} 同写，请拆开。")
    return name


def _by_operator(operator: str, expected: Mapping[str, Any], actual: Any, known: Known) -> bool:
    value = expected[operator]
    if operator == "absent":
        return isinstance(actual, Missing)
    if operator == "opt":
        return isinstance(actual, Missing) or matches(value, actual, known)
    if operator == "any":
        return any(matches(each, actual, known) for each in value)
    if isinstance(actual, Missing):
        return False
    if operator == "norm":
        return _same_by_norm(expected, actual)
    if operator in ("ref", "fn"):
        return same_literal(_looked_up(operator, value, known), actual)
    return _of_shape(operator, expected, actual, known)


def _of_shape(operator: str, expected: Mapping[str, Any], actual: Any, known: Known) -> bool:
    value = expected[operator]
    if operator == "re":
        return isinstance(actual, str) and re.search(value, plain(actual)) is not None
    if operator == "near":
        return _is_number(actual) and _near(value, actual, expected.get("tol", 0))
    if operator == "money":
        amount = as_money(actual)
        return amount is not None and _near(value, amount, expected.get("tol", 0))
    if operator == "date":
        return as_date(actual) == as_date(value)
    if operator == "len":
        return isinstance(actual, str | Sequence | Mapping) and value[0] <= len(actual) <= value[1]
    if operator == "set":
        return _is_list(actual) and _same_members(value, actual, known)
    if operator == "contains" and _is_list(actual):
        return any(matches(value, each, known) for each in actual)
    return isinstance(actual, str) and says(value, actual, known)


def _said(operator: str, expected: Mapping[str, Any], text: str, known: Known) -> bool:
    value = expected[operator]
    if operator == "any":
        return any(says(each, text, known) for each in value)
    if operator == "re":
        return re.search(value, plain(text)) is not None
    if operator == "near":
        unit = expected.get("unit", "")
        return any(
            _near(value, each.value, expected.get("tol", 0)) and (not unit or each.has_unit(unit))
            for each in numbers_in(text)
        )
    if operator == "money":
        return any(_near(value, each, expected.get("tol", 0)) for each in money_in(text))
    if operator == "date":
        return any(each.is_day(as_date(value)) for each in dates_in(text))
    if operator in ("ref", "fn"):
        found = _looked_up(operator, value, known)
        return found is not None and says(str(found), text, known)
    if operator in ("text", "contains"):
        return says(value, text, known)
    raise MatcherError(f"回复里不能用匹配器 {operator}，请改用文字、re、any、near、money、date 或 ref。")


def _looked_up(operator: str, value: str, known: Known) -> Any:
    if operator == "ref":
        return known.captured.get(value)
    name, _, rest = value.partition("(")
    table = known.fixtures.get(name)
    key = rest.removesuffix(")")
    if not isinstance(table, Mapping) or key not in table:
        raise MatcherError(f"没有声明 {value}：请在 fixtures 的 {name} 表里写上“{key}”。")
    return table[key]


def _same_by_norm(expected: Mapping[str, Any], actual: Any) -> bool:
    wanted = expected["any"] if "any" in expected else [expected.get("is")]
    try:
        return any(same(expected["norm"], each, actual) for each in wanted)
    except KeyError:
        raise MatcherError(f"没有名为 {expected['norm']} 的归一化方法。") from None


def _same_fields(expected: Mapping[str, Any], actual: Mapping[str, Any], known: Known) -> bool:
    return actual.keys() <= expected.keys() and not mismatches(expected, actual, known)


def _same_members(expected: Sequence[Any], actual: Sequence[Any], known: Known) -> bool:
    fits = [[matches(one, two, known) for two in actual] for one in expected]
    return len(expected) == len(actual) == len(matched_pairs(fits))


def _near(expected: Any, actual: Any, tolerance: Any) -> bool:
    return abs(Decimal(str(expected)) - Decimal(str(actual))) <= Decimal(str(tolerance))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
