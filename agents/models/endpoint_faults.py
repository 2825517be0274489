"""What went wrong at an endpoint, and whether another try can help."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..errors import Failure, ModelFailed
from ..guard import hide

if TYPE_CHECKING:
    import openai

Mend = Literal["tools", "context", "temperature"]
MOST_WAIT_S, FIRST_WAIT_S, SHOWN_CHARS = 5.0, 0.3, 200
_CONTEXT = re.compile(
    r"context.{0,20}(length|window|size|limit)|maximum context|too many (input )?tokens|(prompt|input).{0,20}too long"
    r"|exceed.{0,30}(tokens|context|length)|reduce the length",
    re.IGNORECASE,
)
_LIMIT = re.compile(r"(?:maximum|max|limit|window|n_ctx|context length)\D{0,40}?(\d{4,7})", re.IGNORECASE)
_TOOLS = re.compile(
    r"\b(tools?|tool.?choice|functions?|function.?call\w*)\b.{0,60}(support|enable|requir|jinja|parser|allowed|permitted)"
    r"|(support|enable|unrecogni[sz]ed|unknown|unexpected|extra|invalid).{0,60}\b(tools?|functions?)\b"
    r"|roles must alternate|only user and assistant",
    re.IGNORECASE,
)
_TEMPERATURE = re.compile(r"temperature", re.IGNORECASE)
_BUSY = (429, 529)


@dataclass(frozen=True)
class Fault:
    """`reason` is what replies say; `mend` what to change in the request; `wait_s` when to try the same again.

    `rest_s` is how long the server wants to be left alone, `limit` the tokens it says it can take.
    """

    reason: Failure
    message: str
    mend: Mend | None = None
    wait_s: float | None = None
    rest_s: float = 0.0
    limit: int | None = None


def fault_of(problem: Exception) -> Fault:
    """The fault behind whatever a provider's client raised."""
    # Importing it takes half a second, and only where an endpoint is it is needed.
    import openai

    told = f"{type(problem).__name__}: {hide(str(problem))[:SHOWN_CHARS]}"
    if isinstance(problem, openai.APITimeoutError | TimeoutError):
        return Fault("model_slow", told)
    if isinstance(problem, openai.APIConnectionError):
        return Fault("model_down", told, wait_s=FIRST_WAIT_S)
    if isinstance(problem, openai.APIStatusError):
        return _of_status(problem, told)
    if isinstance(problem, ModelFailed):
        return Fault(problem.reason, str(problem))
    return Fault("model_garbled", told)


def _of_status(problem: openai.APIStatusError, told: str) -> Fault:
    status, words = problem.status_code, f"{problem.message} {problem.body}"
    if status == 413 or (status < 500 and status not in _BUSY and _CONTEXT.search(words)):
        stated = _LIMIT.search(words)
        return Fault("model_refused", told, mend="context", limit=int(stated.group(1)) if stated else None)
    if status in _BUSY or (status == 503 and problem.response.headers.get("retry-after")):
        wait = _retry_after(problem)
        return Fault("model_busy", told, wait_s=wait if wait <= MOST_WAIT_S else None, rest_s=wait)
    if status in (400, 404, 405, 422, 500, 501) and _TOOLS.search(words):
        return Fault("model_refused", told, mend="tools")
    if status in (400, 422) and _TEMPERATURE.search(words):
        return Fault("model_refused", told, mend="temperature")
    if status >= 500 or status == 408:
        return Fault("model_down", told, wait_s=FIRST_WAIT_S)
    return Fault("model_refused", told)


def _retry_after(problem: openai.APIStatusError) -> float:
    """The seconds a server asks to wait; dates and nonsense count as the least wait."""
    try:
        return max(float(problem.response.headers.get("retry-after", "")), 0.0)
    except ValueError:
        return FIRST_WAIT_S
