"""Looking after the knowledge base over HTTP, for operators: its embedding, the weight of keywords, its indexes."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Query, Response, UploadFile
from pydantic import Field, StringConstraints

from agents import Forbidden, city_clock, known_questions

from . import wording
from .bodies import In, Out
from .chat import json_of
from .counter import Here, Visit
from .document_bodies import DocumentBody, JobBody
from .problems import Problem, refusals
from .reading import CounterRoute

router = APIRouter(prefix="/api/v1/knowledge", tags=["knowledge"], route_class=CounterRoute)
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class ReembedIn(In):
    """Which embedding is to take over."""

    embedding: Name = Field(description="As the setting `embedding`: `static`, `sentence-transformers:…`, `openai:…`.")


class QuestionsIn(In):
    """Questions whose documents are known."""

    file: UploadFile = Field(description='JSON lines: `{"question": …, "documents": [file name, title or id]}`.')


class KnowledgeBody(Out):
    """What the library holds and what it searches with."""

    documents: int
    passages: int
    keyword: int = Field(description="Passages in the keyword index.")
    vectors: int = Field(description="Passages in the vector index.")
    embedding: str = Field(description="The embedding in use.")
    replacing: JobBody | None = Field(description="The job that puts another embedding in its place.")


class PairBody(Out):
    """Two documents that have most of their text in common; the older edition names the newer in `superseded_by`."""

    document: DocumentBody
    other: DocumentBody
    share: float = Field(description="The share of the text in common, 0 to 1.")


class AlikePairs(Out):
    """Near-duplicates."""

    pairs: tuple[PairBody, ...]


class WeightBody(Out):
    """How well one weight of keywords against vectors finds."""

    weight: float
    recall_at_5: float
    mrr_at_10: float


class CalibrationBody(Out):
    """Every weight measured over the same questions, and the best."""

    questions: int
    measured: tuple[WeightBody, ...]
    best: WeightBody


class AgreementBody(Out):
    """Whether SQL and both indexes hold the same passages; each list names some of what is wrong."""

    agree: bool
    passages: int
    missing_keyword: tuple[str, ...]
    extra_keyword: tuple[str, ...]
    missing_vectors: tuple[str, ...]
    extra_vectors: tuple[str, ...]
    bad_offsets: tuple[str, ...]


@router.get("/status", response_model=KnowledgeBody, responses=refusals())
async def status(here: Here) -> Response:
    """What the library holds, which embedding it uses, and how far a change of it is."""
    _operators_only(here)
    library = here.desk.library
    counts, embedding = await asyncio.to_thread(lambda: (library.status(), library.embedding))
    replacing = JobBody.model_validate(embedding.replacing) if embedding.replacing else None
    return json_of(KnowledgeBody(**counts, embedding=embedding.name, replacing=replacing))


@router.get("/alike", response_model=AlikePairs, responses=refusals())
async def alike(here: Here) -> Response:
    """All documents under different names that are nearly the same, most alike first."""
    _operators_only(here)
    pairs = await asyncio.to_thread(here.desk.library.alike)
    return json_of(AlikePairs(pairs=tuple(PairBody.model_validate(each) for each in pairs)))


@router.post("/reembed", status_code=202, response_model=JobBody, responses=refusals(413, 415))
async def reembed(here: Here, body: ReembedIn) -> Response:
    """Embed all passages anew in the background; search answers from the old vectors until the switch.

    Asked again for the same embedding while that is under way, it answers with the same job.
    """
    _operators_only(here)
    job = await asyncio.to_thread(here.desk.library.reembed, body.embedding)
    return json_of(JobBody.model_validate(job), 202, Location=f"/api/v1/jobs/{job.id}")


@router.post("/calibration", response_model=CalibrationBody, responses=refusals(408, 413, 415))
async def calibrate(
    here: Here,
    body: Annotated[QuestionsIn, Form(media_type="multipart/form-data")],
    as_of: Annotated[date | None, Query(description="The day to look at; today by default.")] = None,
) -> Response:
    """Measure every weight of keywords against vectors over questions whose documents are known; changes nothing."""
    _operators_only(here)
    try:
        asked = known_questions((await body.file.read()).decode("utf-8"))
    except UnicodeDecodeError:
        raise Problem(422, wording.NOT_UTF8, "file") from None
    day = as_of or city_clock(here.counter.settings.clock)().date()
    found = await asyncio.to_thread(here.desk.library.calibrate, asked, day)
    return json_of(CalibrationBody.model_validate(found))


@router.post("/verify", response_model=AgreementBody, responses=refusals())
async def verify(here: Here) -> Response:
    """Compare SQL with both indexes, passage by passage; changes nothing. Slow on a large library."""
    _operators_only(here)
    return json_of(AgreementBody.model_validate(await asyncio.to_thread(here.desk.library.verify)))


@router.post("/rebuild", response_model=AgreementBody, responses=refusals())
async def rebuild(here: Here) -> Response:
    """Fill both indexes anew from SQL, then compare. Until it ends, searches may miss passages."""
    _operators_only(here)
    await asyncio.to_thread(here.desk.library.rebuild)
    return json_of(AgreementBody.model_validate(await asyncio.to_thread(here.desk.library.verify)))


def _operators_only(here: Visit) -> None:
    if "operator" not in here.who.roles:
        raise Forbidden(wording.OPERATORS_ONLY)
