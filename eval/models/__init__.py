"""Models that evaluation brings as a plugin: the oracle, and agents that know nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pluggy

from .nulls import NULLS
from .oracle import ORACLE

hookimpl = pluggy.HookimplMarker("hanzhi")
PREFIX = "eval-"


@hookimpl
def register_models() -> Mapping[str, Callable[[Any], Any]]:
    """`eval-oracle` and one `eval-…` model per null agent."""
    return {f"{PREFIX}{name}": maker for name, maker in {**NULLS, **ORACLE}.items()}


__all__ = ["register_models"]
