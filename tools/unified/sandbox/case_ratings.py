"""What the people who reported a case say of how it was handled, once it is closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ...principal import Principal
from ..lifecycle import STATES
from .case_rows import change_case, fetch
from .case_view import view
from .domain import Ground
from .problems import BAD_STATE, FORBIDDEN, Problem
from .store import Row, Write, once


class RatingBody(BaseModel):
    """How satisfied somebody is, and why."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    satisfaction: Literal["very_satisfied", "satisfied", "basic", "dissatisfied"]
    note: str | None = Field(None, max_length=1000)


@dataclass(frozen=True)
class Ratings:
    """One rating a case, by somebody who reported it."""

    ground: Ground

    def rate(self, who: Principal, case: str, body: RatingBody, write: Write) -> Row:
        """Rate a closed case of one's own."""

        def work() -> Row:
            row = fetch(connection, who, case)
            if row["own"] is None:
                raise Problem(FORBIDDEN, "只有上报人可以评价这个案件。")
            if row["status"] != "closed":
                raise Problem(BAD_STATE, f"案件现在是“{STATES[row['status']]}”，结案以后才能评价。")
            if row["satisfaction"] is not None:
                raise Problem(BAD_STATE, "这个案件已经评价过了。")
            now = self.ground.now()
            values = {"satisfaction": body.satisfaction, "rate_note": body.note, "rated_at": now, "updated_at": now}
            return view(change_case(connection, row, values, who, "rated"), who, now)

        with self.ground.store.write() as connection:
            return once(connection, write, work)
