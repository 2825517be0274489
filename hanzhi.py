"""One command, `hanzhi`: start the house, ask it, fill it, look after it.

It speaks HTTP to the running server, or to the same application in this process when none runs:
the embedded vector store belongs to exactly one process. The rooms are imported only when needed.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import httpx

    from agents import House, Settings

HERE = Path(__file__).resolve().parent
ROOMS = ("agents", "eval", "knowledge", "server", "tools")

app = typer.Typer(
    help="汉治通", no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
)
Url = Annotated[str, typer.Option("--url", help="正在运行的服务地址；不写则按设置去找，找不到就在本进程内打开。")]
Who = Annotated[str, typer.Option("--as", help="演示身份，例如 citizen-1；空为匿名。")]
Token = Annotated[Path | None, typer.Option("--token-file", exists=True, help="存有访问令牌的文件，代替演示身份。")]
Host = Annotated[str | None, typer.Option(help="监听地址；不写用设置 host。")]
Port = Annotated[int | None, typer.Option(help="监听端口；不写用设置 port。")]
Count = Annotated[int, typer.Option(min=1, max=50, help="最多几条。")]
Base = Annotated[str, typer.Option(help="知识库的名字，例如 government。")]
SeenBy = Annotated[str, typer.Option(help="public 公开，或 staff 仅工作人员。")]
Paths = Annotated[list[Path], typer.Argument(help="文件、压缩包，或装有文件的目录。")]


class Stop(Exception):
    """The command cannot go on; the message says what happened and what to do."""


@app.command()
def serve(host: Host = None, port: Port = None) -> None:
    """启动服务。"""
    import server

    given = {"host": host, "port": port}
    server.serve(_settings(**{name: each for name, each in given.items() if each is not None}))


@app.command()
def ask(text: str, url: Url = "", who: Who = "", token: Token = None) -> None:
    """问一句话；要办的事先给出确认单，在终端里可以当场确认。"""
    with _counter(url, who, token) as counter:
        _talk(counter, counter.post("/conversations", json={})["id"], text, settle=sys.stdin.isatty())


@app.command()
def chat(url: Url = "", who: Who = "", token: Token = None) -> None:
    """连续对话；输入“退出”或按 Ctrl-D 结束。"""
    with _counter(url, who, token) as counter:
        conversation = counter.post("/conversations", json={})["id"]
        while (text := _read("您：")) not in (None, "退出"):
            try:
                _talk(counter, conversation, text or "", settle=True)
            except Stop as problem:
                print(problem)


@app.command()
def search(text: str, k: Count = 5, base: Base = "", url: Url = "", who: Who = "", token: Token = None) -> None:
    """在知识库里查找段落。"""
    with _counter(url, who, token) as counter:
        found = counter.get("/knowledge/search", q=text, k=k, **({"base": base} if base else {}))
    print(f"找到 {len(found['hits'])} 段有效的，{len(found['expired'])} 段失效的。")
    for hit in [*found["hits"], *found["expired"]]:
        place, words = " > ".join(hit["passage"]["heading_path"]), hit["passage"]["text"]
        print(f"{hit['score']:.2f} 《{hit['document']['title']}》{place}（{hit['status']}）\n     {words[:120]}")


@app.command()
def ingest(
    paths: Paths, base: Base, visibility: SeenBy = "public", url: Url = "", who: Who = "operator-1", token: Token = None
) -> None:
    """把文件放进知识库；有一个失败，退出码就不是 0。"""
    failed = 0
    with _counter(url, who, token) as counter:
        for path in _files(paths):
            for line in _add(counter, path, base, visibility):
                print(line)
                failed += line.startswith("✗")
    if failed:
        raise Stop(f"有 {failed} 个文件没有入库，原因见上。")


@app.command()
def migrate() -> None:
    """把数据库升级到当前版本；服务启动时也会自动升级。"""
    import agents

    asyncio.run(agents.open_house(_settings(bundled_knowledge=False)).close())
    print("数据库已是当前版本。")


@app.command()
def doctor() -> None:
    """检查设置和各个部分：什么配好了，什么能用，缺什么。"""
    settings = _settings()
    print(f"✓ Python {sys.version.split()[0]}")
    broken = 0
    for look in (_data, _records, _knowledge, _model, _platform, _identity, _embedding):
        try:
            line = look(settings)
        except Exception as problem:  # a check that cannot look is itself a finding; the others still run
            line = f"✗ {look.__name__.strip('_')} 检查不了：{type(problem).__name__}：{problem}"
        print(line)
        broken += line.startswith("✗")
    if broken:
        raise Stop(f"有 {broken} 处必须修好，见带 ✗ 的行。")


def main() -> None:
    """Run the command line; what the user can mend is one message on stderr, a bug keeps its traceback."""
    if problem := shadowed(HERE):
        sys.exit(problem)
    try:
        app()
    except Stop as problem:
        sys.exit(str(problem))
    except Exception as problem:
        from agents import DeskError
        from knowledge import KnowledgeError
        from tools import SandboxBusy

        if isinstance(problem, DeskError | KnowledgeError | SandboxBusy):
            sys.exit(str(problem))
        raise


def shadowed(house: Path) -> str:
    """What to say when a room would be imported from somewhere else than beside this file; else empty."""
    for room in ROOMS:
        spec = importlib.util.find_spec(room)
        places = [*(spec.submodule_search_locations or ()), spec.origin or ""] if spec else []
        if places and Path(places[0]).resolve() != house / room:
            return (
                f"{room} 应来自 {house / room}，实际来自 {places[0]}。\n"
                "另一个安装包占用了这个名字。请为汉治通单独建一个虚拟环境（make install），或卸载那个包。"
            )
    return ""


# Talking to the counter


@dataclass(frozen=True)
class _Counter:
    """The HTTP API, called in plain words; a refusal becomes `Stop` with the server's explanation."""

    client: httpx.AsyncClient
    runner: asyncio.Runner

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        return _answer(self.runner.run(self.client.get(f"/api/v1{path}", params=query)))

    def post(self, path: str, **parts: Any) -> dict[str, Any]:
        return _answer(self.runner.run(self.client.post(f"/api/v1{path}", **parts)))


@contextmanager
def _counter(url: str, who: str, token: Path | None) -> Iterator[_Counter]:
    """The counter of the running server; without one, of the same application opened in this process."""
    import httpx

    house: House | None = None
    with asyncio.Runner() as runner:
        settings = None if url else _settings()  # with an address given, the rooms stay unloaded
        if settings and _reached(f"{_address(settings)}/healthz") != 200:
            house, client = _in_process(settings, runner)
        else:
            client = httpx.AsyncClient(base_url=url or _address(_settings()), timeout=120, trust_env=False)
        counter = _Counter(client, runner)
        try:
            _log_in(counter, who, token)
            yield counter
        except httpx.TransportError as problem:
            raise Stop(f"{client.base_url} 没有应答（{problem}）。请检查地址，或先启动服务：hanzhi serve。") from None
        finally:
            runner.run(client.aclose())
            if house is not None:
                runner.run(house.close())


def _in_process(settings: Settings, runner: asyncio.Runner) -> tuple[House, httpx.AsyncClient]:
    import httpx

    from agents import open_house
    from server import create_app

    house = open_house(settings)
    runner.run(house.desk.start())
    transport = httpx.ASGITransport(app=create_app(house.desk, settings, house.sandbox))
    return house, httpx.AsyncClient(base_url="http://127.0.0.1", transport=transport, timeout=120)


def _address(settings: Settings) -> str:
    # A wildcard address is listened on, not called.
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(settings.host, settings.host)  # noqa: S104
    return f"http://{host}:{settings.port}"


def _log_in(counter: _Counter, who: str, token: Path | None) -> None:
    bearer = token.read_text(encoding="utf-8").strip() if token else ""
    if who and not token:
        bearer = counter.post("/demo/login", json={"identity": who})["token"]
    if bearer:
        counter.client.headers["Authorization"] = f"Bearer {bearer}"


def _talk(counter: _Counter, conversation: str, text: str, *, settle: bool) -> None:
    place = f"/conversations/{conversation}"
    reply = counter.post(f"{place}/turns", json={"text": text})
    _show(reply)
    for action in reply["actions"]:
        decision = _decision(action["title"]) if settle else None
        if decision:
            _show(counter.post(f"{place}/actions/{action['id']}", json={"decision": decision}))
        else:
            print("（没有办理：这件事要等您确认，在 hanzhi chat 中可以确认。）")


def _decision(title: str) -> str | None:
    said = _read(f"确认办理“{title}”吗？（y 确认，n 取消，回车先放着）：")
    return {"y": "confirm", "确认": "confirm", "n": "cancel", "取消": "cancel"}.get(said or "")


def _read(prompt: str) -> str | None:
    with suppress(EOFError):
        return input(prompt).strip()
    return None


def _show(reply: dict[str, Any]) -> None:
    print(reply["text"])
    for citation in reply["citations"]:
        print(f"  [{citation['number']}] {citation['title']}：{citation['quote']}")
    for asked in (each for each in reply["asks"] if each["choices"]):
        print(f"  可选：{'、'.join(asked['choices'])}")
    for action in reply["actions"]:
        print(f"\n待确认：{action['title']}\n{action['summary']}")
    for receipt in reply["receipts"]:
        print(f"\n回执：{receipt['title']}，编号 {receipt['object_id']}，{receipt['at']}")
    print()


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    from knowledge import SUFFIXES

    for path in paths:
        inside = sorted(each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES)
        yield from inside if path.is_dir() else [path]


def _add(counter: _Counter, path: Path, base: str, visibility: str) -> Iterator[str]:
    try:
        form, files = {"base": base, "visibility": visibility}, {"file": (path.name, path.read_bytes())}
        yield from _ended(counter, counter.post("/knowledge/documents", data=form, files=files), str(path))
    except (Stop, OSError) as problem:
        yield f"✗ {path}  {problem if isinstance(problem, Stop) else '没有这个文件，或者不能读。请检查路径。'}"


def _ended(counter: _Counter, job: dict[str, Any], name: str) -> Iterator[str]:
    while job["state"] not in ("done", "failed"):
        counter.runner.run(asyncio.sleep(0.1))
        job = counter.get(f"/jobs/{job['id']}")
    for inside in [counter.get(f"/jobs/{part}") for part in job["parts"]]:
        yield from _ended(counter, inside, inside["source_name"])
    if job["state"] == "failed":
        yield f"✗ {name}  {job['problem']}"
    elif not job["parts"]:
        document = counter.get(f"/knowledge/documents/{job['document_id']}")
        yield f"✓ {name}  {document['id']} 《{document['title']}》 {len(document['passages'])} 段"


def _answer(response: httpx.Response) -> dict[str, Any]:
    body: Any = response.json() if "json" in response.headers.get("content-type", "") else {}
    if response.is_success and body:
        return dict(body)
    raise Stop(body.get("detail") or f"{response.url} 答复了 {response.status_code}。请确认地址指向汉治通服务。")


def _settings(**changes: Any) -> Settings:
    from agents import read_settings

    return read_settings(**changes)


# Doctor: each check answers with one line; ✗ fails the command, · is worth knowing


def _data(settings: Settings) -> str:
    folder = settings.data_dir.resolve()
    standing = next(place for place in (folder, *folder.parents) if place.exists())
    if not standing.is_dir() or not os.access(standing, os.W_OK):
        return f"✗ 数据目录 {folder} 不能写。请改权限，或用 HANZHI_DATA_DIR 换一个目录。"
    return f"✓ 数据目录 {folder}{'' if folder.exists() else '（还没有，首次启动时建立）'}"


def _records(settings: Settings) -> str:
    import sqlalchemy
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    url = sqlalchemy.make_url(settings.database_url or f"sqlite:///{settings.data_dir / 'records.db'}")
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return f"· 会话数据库 {url} 还没有，首次启动时建立。"
    head = ScriptDirectory(str(HERE / "agents" / "migrations")).get_current_head()
    engine = sqlalchemy.create_engine(url)
    try:
        with engine.connect() as connection:
            version = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    if version != head:
        return f"· 会话数据库 {url} 的版本是 {version}，应是 {head}。请运行 hanzhi migrate。"
    return f"✓ 会话数据库 {url}，版本 {version}"


def _knowledge(settings: Settings) -> str:
    if _reached(f"{_address(settings)}/healthz") == 200:
        return f"✓ 知识库由运行中的服务 {_address(settings)} 打开"
    if not settings.data_dir.exists():
        return "· 知识库还没有，首次启动时建立。"
    from agents import open_house
    from knowledge import LibraryBusy

    try:
        house = open_house(settings)
    except LibraryBusy:
        return "· 知识库正由另一个进程打开（它不在设置的地址上应答），无法在这里检查。"
    status = house.library.status()
    asyncio.run(house.close())
    return f"✓ 知识库：{status}"


def _model(settings: Settings) -> str:
    if settings.model != "endpoint":
        return f"✓ 对话模型：{settings.model}{'（内置，不联网）' if settings.model == 'offline' else ''}"
    key = settings.model_key.get_secret_value()
    answer = _reached(f"{settings.model_url.rstrip('/')}/models", {"Authorization": f"Bearer {key}"} if key else {})
    if answer in (200, 404):  # 404: not every endpoint lists its models
        return f"✓ 对话模型：{settings.model_name}，{settings.model_url} 有应答"
    return f"· 对话模型接口 {settings.model_url} 不能用：{answer}。请检查地址、密钥和网络。"


def _platform(settings: Settings) -> str:
    if not settings.platform_url:
        return "✓ 一网统管平台：内置沙盒（演示数据，不连真实平台）"
    answer = _reached(settings.platform_url)
    if isinstance(answer, int) and answer < 500:
        return f"✓ 一网统管平台 {settings.platform_url} 有应答"
    return f"✗ 一网统管平台 {settings.platform_url} 不能用：{answer}。请检查 HANZHI_PLATFORM_URL 和网络。"


def _identity(settings: Settings) -> str:
    if settings.demo:
        return "· 身份：演示身份，只在本机提供；正式使用请设置 HANZHI_ISSUER 和 HANZHI_JWKS。"
    if not settings.issuer:
        return f"✗ 监听 {settings.host} 而没有身份提供方，服务不会启动。请设置 HANZHI_ISSUER。"
    if "://" not in settings.jwks and not Path(settings.jwks).is_file():
        return f"✗ 公钥文件 {settings.jwks} 不存在。请检查 HANZHI_JWKS。"
    return f"✓ 身份：{settings.issuer}"


def _embedding(settings: Settings) -> str:
    missing = [f"缺 {name}" for name in ("torch", "sentence_transformers") if not importlib.util.find_spec(name)]
    kind, _, folder = settings.embedding.partition(":")
    if kind != "sentence-transformers":  # an endpoint is named, not called: it may cost money
        return f"{'·' if folder else '✓'} 向量模型：{settings.embedding}"
    if Path(folder).is_absolute() and not Path(folder).is_dir():
        missing.append("没有这个目录")
    return f"✗ 向量模型 {folder} 不能用：{'、'.join(missing)}。" if missing else f"✓ 向量模型：{folder}"


def _reached(url: str, headers: dict[str, str] | None = None) -> int | str:
    import httpx

    try:
        return httpx.get(url, headers=headers, timeout=5, trust_env=False).status_code
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        return f"{type(problem).__name__} {problem}"


if __name__ == "__main__":
    main()
