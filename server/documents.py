"""The knowledge base over HTTP: search, upload, read a document to the exact words, ingestion jobs."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, Form, Query, Response
from pydantic import StringConstraints

from agents import DocumentFacts

from . import wording
from .bodies import refuse_control
from .chat import Id, Key, json_of
from .counter import Here
from .document_bodies import (
    AlikeBody,
    BaseName,
    DocumentBody,
    DocumentList,
    DocumentWhole,
    FactsIn,
    FoundBody,
    JobBody,
    PassageBody,
    UploadIn,
    Visibility,
)
from .problems import Problem, refusals
from .reading import CounterRoute

router = APIRouter(prefix="/api/v1", tags=["knowledge"], route_class=CounterRoute)
MAX_NAME = 200
Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


@router.get("/knowledge/search", response_model=FoundBody, responses=refusals(404))
async def search(
    here: Here,
    q: Annotated[Question, Query(description="The words to look for.")],
    k: Annotated[int, Query(ge=1, le=50)] = 5,
    base: Annotated[BaseName | None, Query()] = None,
    as_of: Annotated[date | None, Query(description="The day to look at; today by default.")] = None,
) -> Response:
    """The passages that answer a question, in force on a day, of the bases you may see."""
    found = await here.desk.search(here.who, q, k=k, base=base, as_of=as_of)
    return json_of(FoundBody.model_validate(found))


@router.post(
    "/knowledge/documents", status_code=202, response_model=JobBody, responses=refusals(404, 408, 409, 413, 415, 503)
)
async def upload(
    here: Here, body: Annotated[UploadIn, Form(media_type="multipart/form-data")], key: Key = None
) -> Response:
    """Add a document, or a new version of one (same base and file name). For operators."""
    name = _file_name(body.file.filename)
    data = await body.file.read()
    if not data:
        raise Problem(422, wording.EMPTY_FILE, "file")
    facts = DocumentFacts(**{field: getattr(body, field) for field in FactsIn.model_fields})
    job = await here.desk.submit_document(here.who, data, name, body.base, body.visibility, facts, idempotency_key=key)
    return json_of(JobBody.model_validate(job), 202, Location=f"/api/v1/jobs/{job.id}")


@router.get("/knowledge/documents", response_model=DocumentList, responses=refusals(404))
async def list_documents(
    here: Here,
    base: Annotated[BaseName | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """The documents you may see, newest version of each last added first."""
    found = sorted(await here.desk.documents(here.who, base), key=lambda each: (each.retrieved_at, each.id))
    shown = [DocumentBody.model_validate(each) for each in found[::-1][offset : offset + limit]]
    return json_of(DocumentList(documents=tuple(shown), total=len(found)))


@router.get("/knowledge/documents/{document_id}", response_model=DocumentWhole, responses=refusals(404))
async def read_document(here: Here, document_id: Id) -> Response:
    """A document with its text and passages, so that a citation can be opened on the exact words."""
    document = await here.desk.document(here.who, document_id)
    pieces = await asyncio.to_thread(here.desk.library.passages, document.id)
    head = DocumentBody.model_validate(document).model_dump()
    passages = tuple(PassageBody.model_validate(each) for each in pieces)
    seen: tuple[Visibility, ...] = ("public", "staff") if here.who.is_staff else ("public",)
    pairs = await asyncio.to_thread(here.desk.library.alike, document.id, seen)
    alike = tuple(AlikeBody(id=each.other.id, title=each.other.title, share=each.share) for each in pairs)
    return json_of(DocumentWhole(**head, text=document.text, passages=passages, alike=alike))


@router.delete("/knowledge/documents/{document_id}", status_code=204, response_class=Response, responses=refusals(404))
async def delete_document(here: Here, document_id: Id) -> Response:
    """Remove a document. For operators."""
    await here.desk.remove_document(here.who, document_id)
    return Response(status_code=204)


@router.get("/jobs/{job_id}", response_model=JobBody, responses=refusals(404))
async def read_job(here: Here, job_id: Id) -> Response:
    """How far an ingestion job is. For operators."""
    return json_of(JobBody.model_validate(await here.desk.job(here.who, job_id)))


def _file_name(given: str | None) -> str:
    """The bare name; where a client would like the file to lie is none of its business."""
    name = PurePath((given or "").replace("\\", "/")).name.strip()
    if not name or len(name) > MAX_NAME:
        raise Problem(422, wording.NO_FILE_NAME, "file")
    return refuse_control(name)
