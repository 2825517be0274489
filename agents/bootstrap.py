"""Puts the house together. The only file that knows every concrete class."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType

import httpx
from fastapi import FastAPI
from langchain_core.language_models import BaseChatModel
from langchain_core.tools import BaseTool

from knowledge import DocumentFacts, FolderJudge, Library, open_embeddings, open_library
from tools import App, City, Orders, Platform, Sandbox, open_city, open_sandbox, open_statistics, spec_of

from .arrivals import Arrivals
from .asking import Asking
from .builtin import PLUGINS
from .clock import Clock, SettableClock, city_clock
from .conversations import Conversations
from .database import Database, open_database
from .deciding import Decisions
from .desk import Desk, Parts
from .errors import Misconfigured
from .handoff import Handoffs, Offers
from .keys import ApiKeys
from .lookup import lookup_tool
from .loop import Loop
from .plugins import Plugins, open_plugins
from .progress import Progress, deliver, subscribe
from .records import Agent
from .replies import Replies
from .routing import Router, declared_examples
from .seal import Seal
from .serving import Serving
from .settings import Settings
from .toolbox import Toolbox
from .understanding import Understands, Weighing, fit_intents
from .world import BUNDLED, World

# Answers where the chosen model fails: in this process, so it does not fail with the network.
STAND_IN = "offline"
_log = logging.getLogger(__name__)


@dataclass
class House:
    """Everything that runs: the desk, the library, and the sandbox platform where there is one."""

    desk: Desk
    library: Library
    sandbox: FastAPI | None
    platform: Platform
    settings: Settings
    _database: Database
    _asking: Asking
    _sandbox_store: Sandbox | None = None
    world: World | None = None
    _listening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> House:
        await self.desk.start()
        self._listening = self._listen()
        return self

    def _listen(self) -> asyncio.Task[None] | None:
        """Hear what the platform reports: from the sandbox in this process, or over the network where it may call."""
        if self._sandbox_store is not None:
            return asyncio.create_task(
                deliver(self._sandbox_store, self.settings.platform_key, self.desk.receive_event)
            )
        if self.settings.callback_url:
            return asyncio.create_task(subscribe(self.platform, self.settings.callback_url))
        return None

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Finish running turns, then close every store."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        await self.desk.close()
        await self._asking.close()
        await self.platform.close()
        await asyncio.to_thread(self.library.close)
        self._database.close()
        if self._sandbox_store is not None:
            self._sandbox_store.close()


def open_house(settings: Settings, *, plugins: Sequence[object] = (), model: BaseChatModel | None = None) -> House:
    """Build the house from settings. Raises `Misconfigured` with what to change."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    clock = SettableClock(settings.clock) if settings.eval else city_clock(settings.clock)
    hooks = open_plugins(PLUGINS, extra=plugins)
    library = _library(settings, hooks)
    sandbox = _sandbox(settings, clock)
    platform = _platform(settings, sandbox, clock)
    tools = [lookup_tool(library), *hooks.tools(platform, library)]
    agents = hooks.agents()
    _refuse_unknown_tools(agents, {each.name for each in tools})
    database = open_database(settings.database_url or f"sqlite:///{settings.data_dir / 'records.db'}")
    seal = Seal(settings.signing_secret())
    toolbox = Toolbox(tools)
    intents = fit_intents(declared_examples(agents, tools, library.phrasings()), settings.cache)
    weighing = Weighing(intents, {each.name: spec_of(each) for each in tools})
    decisions = Decisions(database, seal, toolbox, platform, clock, settings.action_minutes)
    offers = Offers(database, toolbox, settings.action_minutes)
    replies = Replies(database, seal, platform)
    progress = Progress(database, seal, _platform_secret(settings), _followed(tools), replies)
    stand_in = hooks.models()[STAND_IN](settings)
    model = model or _model(settings, hooks)
    for each in (model, stand_in):
        if isinstance(each, Understands):
            each.understand(weighing)
    asking = Asking(model, stand_in, toolbox, settings.model_turn_s)
    parts = Parts(
        agents=agents,
        library=library,
        conversations=Conversations(database, seal),
        decisions=decisions,
        handoffs=Handoffs(database, seal, Orders(platform), offers, decisions),
        replies=replies,
        arrivals=Arrivals(database, seal),
        progress=progress,
        keys=ApiKeys(database),
        serving=Serving(
            Router(agents, weighing),
            Loop(asking, library, offers, settings.action_minutes),
            clock,
        ),
        clock=clock,
        turn_max_chars=settings.turn_max_chars,
        alone=database.alone,
    )
    switches = isinstance(clock, SettableClock) and World(clock, library, parts.decisions, toolbox, platform)
    app = sandbox.app if sandbox else None
    return House(Desk(parts), library, app, platform, settings, database, asking, sandbox, switches or None)


def _followed(tools: Sequence[BaseTool]) -> list[str]:
    """The writes by which citizens begin something whose progress they want to hear of."""
    specs = [spec_of(each) for each in tools]
    return [spec.name for spec in specs if spec.effect == "write" and spec.roles & {"citizen", "anonymous"}]


def _library(settings: Settings, hooks: Plugins) -> Library:
    open_by_name = partial(open_embeddings, key=settings.embedding_key.get_secret_value())
    library = open_library(
        settings.data_dir / "knowledge",
        url=settings.knowledge_url or None,
        embeddings=open_by_name(settings.embedding),
        open_by_name=open_by_name,
        judge=FolderJudge(settings.reranker) if settings.reranker else None,
        keyword_weight=settings.keyword_weight,
        loaders=hooks.loaders(),
    )
    if settings.bundled_knowledge and not library.bases():
        _add_bundled(library)
    return library


def _add_bundled(library: Library) -> None:
    for path in sorted(BUNDLED.glob("*/*.md")):
        library.add(
            path.read_bytes(), f"bundled/{path.parent.name}/{path.name}", path.parent.name, facts=DocumentFacts()
        )
    _log.info("bundled knowledge loaded: %s", library.status())


def _sandbox(settings: Settings, clock: Clock) -> Sandbox | None:
    if settings.platform_url:
        return None
    sandbox = open_sandbox(
        settings.data_dir / "sandbox",
        clock=clock,
        apps={settings.platform_key: _platform_secret(settings)},
        demo=settings.sandbox_demo,
        test_routes=settings.eval,
    )
    sandbox.limit(settings.sandbox_rate_per_s)
    return sandbox


def _platform(settings: Settings, sandbox: Sandbox | None, clock: Clock) -> Platform:
    app = App(settings.platform_key, _platform_secret(settings))
    transport: httpx.AsyncBaseTransport | None = httpx.ASGITransport(app=sandbox.app) if sandbox else None
    if settings.platform_adapter == "open311":
        city = City(settings.platform_url, app.secret, settings.platform_jurisdiction)
        transport = open_city(city, app, settings.data_dir, clock)
    if settings.statistics_url:
        transport = open_statistics(settings.statistics_url, app, transport, clock)
    return Platform(
        base_url=settings.platform_url or "http://sandbox",
        app_key=settings.platform_key,
        secret=_platform_secret(settings),
        transport=transport,
        timeout_s=settings.platform_timeout_s,
    )


def _platform_secret(settings: Settings) -> str:
    return settings.platform_secret.get_secret_value() or f"sandbox:{settings.signing_secret()}"


def _model(settings: Settings, hooks: Plugins) -> BaseChatModel:
    makers = hooks.models()
    if settings.model not in makers:
        names = "、".join(sorted(makers))
        raise Misconfigured(f"设置 model（环境变量 HANZHI_MODEL）的值 {settings.model!r} 不可用。可用的有：{names}。")
    return makers[settings.model](settings)


def _refuse_unknown_tools(agents: Sequence[Agent], names: set[str]) -> None:
    for agent in agents:
        unknown = [name for name in agent.tools if name not in names]
        if unknown:
            raise Misconfigured(f"智能体 {agent.name} 用到不存在的工具：{'、'.join(unknown)}。请注册它或从声明中去掉。")
