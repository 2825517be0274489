"""Puts the routes, the gate and the page together into one application over a desk."""

from __future__ import annotations

from fastapi import FastAPI

from agents import LOOPBACK, Desk, Settings, World

from . import about, chat, completions, documents, events, handoff, keys, openapi, upkeep
from .counter import Counter
from .gate import Gate
from .identity import Identities
from .limits import AddressLimit, Limits
from .metrics import Metrics
from .metrics import router as metrics_router
from .pages import add_pages
from .problems import add_problem_handlers
from .reading import limited
from .world import add_switches

VERSION = "1"
ROUTERS = (
    chat.router,
    handoff.router,
    events.router,
    events.platform_router,
    documents.router,
    upkeep.router,
    completions.router,
    keys.router,
    about.router,
    about.demo_router,
    about.health_router,
    metrics_router,
)
DESCRIPTION = (
    "汉治通：城市治理智能体。Errors are RFC 9457 problem details with a Chinese `detail`. Send a token as "
    "`Authorization: Bearer …`; without one you are an anonymous person, known by a session cookie."
)


def create_app(desk: Desk, settings: Settings, sandbox: FastAPI | None, world: World | None = None) -> FastAPI:
    """The application over a started desk. Raises `Misconfigured` when it could not tell people apart."""
    identities = Identities(settings, desk.keys)
    app = FastAPI(
        title="汉治通",
        version=VERSION,
        description=DESCRIPTION,
        openapi_url=openapi.PATH,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    limits, metrics = Limits(settings), Metrics()
    app.state.counter = Counter(desk, settings, identities, limits, metrics)
    app.state.feed = events.Feed(desk)
    app.openapi = lambda: openapi.describe(app)  # type: ignore[method-assign]
    demo = identities.demo is not None
    for router in ROUTERS:
        if demo or router is not about.demo_router:
            app.include_router(router)
    if demo and sandbox is not None:
        app.mount("/sandbox", limited(sandbox, settings.max_body_bytes))
    if world is not None and sandbox is not None and settings.eval and settings.host in LOOPBACK:
        add_switches(app, world, sandbox)
    add_pages(app)
    add_problem_handlers(app)
    app.add_middleware(AddressLimit, limits=limits)
    app.add_middleware(Gate, loopback=settings.host in LOOPBACK, seen=metrics.request)
    return app
