"""The formats there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from ..errors import EvalError
from .others import beir, conll, crosswoz
from .questions import rgb, squad
from .records import Imported
from .tool_calls import acebench, bfcl

FORMATS: Final[Mapping[str, Callable[[Path, Path | None], Imported]]] = {
    "bfcl": bfcl,
    "acebench": acebench,
    "crosswoz": crosswoz,
    "squad": squad,
    "cmrc": squad,
    "rgb": rgb,
    "conll": conll,
    "beir": beir,
}


def import_set(form: str, path: Path, answers: Path | None = None) -> Imported:
    """Read a set in its own format. Raises `EvalError` for a format there is not, `BadSamples` for a wrong line."""
    if form not in FORMATS:
        raise EvalError(f"没有名为 {form} 的格式。可用的：{'、'.join(FORMATS)}。")
    if not path.exists():
        raise EvalError(f"找不到 {path}。请核对路径。")
    return FORMATS[form](path, answers)
