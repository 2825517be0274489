"""The page on the platform names every route and every table of the sandbox."""

from __future__ import annotations

from pathlib import Path

from .test_tools_world import World, give_near  # noqa: F401

PAGE = (Path(__file__).parent.parent / "docs" / "platform.md").read_text(encoding="utf-8")


def test_every_route_is_named_in_the_page(near: World) -> None:
    paths = near.sandbox.app.openapi()["paths"]
    assert len(paths) > 60
    unnamed = []
    for path, methods in paths.items():
        before, _, last = path.rpartition("/")
        steps = f"`POST {before}/accept`" in PAGE and f"`/{last}`" in PAGE
        whole = all(f"{method.upper()} {path}`" in PAGE for method in methods)
        tests = path.startswith("/sandbox/") and f"`{path}`" in PAGE
        vendor = path.startswith("/api/cgdbstat/") and f"POST {path}" in PAGE
        if not (whole or steps or tests or vendor):
            unnamed.append(path)
    assert not unnamed


def test_every_table_is_named_in_the_page(near: World) -> None:
    assert [table for table in near.sandbox.store.tables() if f"`{table}`" not in PAGE] == []
