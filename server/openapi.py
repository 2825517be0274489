"""The OpenAPI document: what FastAPI knows, plus problem media types and the ways to log in."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from agents import EVENTS_PATH

from .identity import COOKIE
from .problems import MEDIA_TYPE

PATH = "/api/v1/openapi.json"
_WAYS_IN = {
    "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The document, made on first use."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            separate_input_output_schemas=app.separate_input_output_schemas,
        )
        made["components"]["securitySchemes"] = _WAYS_IN
        for path, operations in made["paths"].items():
            for operation in operations.values():
                _finish(operation, open_to_all=not path.startswith(("/api/", "/v1/")) or path == EVENTS_PATH)
        app.openapi_schema = made
    return app.openapi_schema


def _finish(operation: dict[str, Any], *, open_to_all: bool) -> None:
    for status, response in operation["responses"].items():
        content = response.get("content", {})
        if int(status) >= 400 and "application/json" in content:
            content[MEDIA_TYPE] = content.pop("application/json")
    if not open_to_all:
        operation["security"] = [{}, {"token": []}, {"session": []}]
