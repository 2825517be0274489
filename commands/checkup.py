"""A check-up of the house: what is configured, what works, what is missing.

Each check answers with one line: ✗ fails the command, · is worth knowing.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .counter import Token, address, open_counter, reached, read_settings_here
from .errors import Stop

if TYPE_CHECKING:
    from agents import Settings

Deep = Annotated[bool, typer.Option("--deep", help="逐段核对数据库与两个索引；内容多时要几分钟。")]
Rebuild = Annotated[bool, typer.Option("--rebuild", help="从数据库重建两个索引，再逐段核对。")]
_SHOWN = 20  # the server names no more of each kind
_WRONG = {
    "missing_keyword": "关键词索引缺少的段落",
    "extra_keyword": "关键词索引多出的段落",
    "missing_vectors": "向量索引缺少的段落",
    "extra_vectors": "向量索引多出的段落",
    "bad_offsets": "与原文对不上的段落（请重新上传它们的文件）",
}
HERE = Path(__file__).resolve().parent.parent


def doctor(deep: Deep = False, rebuild: Rebuild = False, token: Token = None) -> None:
    """检查设置和各个部分：什么配好了，什么能用，缺什么。有要修的，退出码是 1。"""
    settings = read_settings_here()
    print(f"✓ Python {sys.version.split()[0]}")
    broken = 0
    for look in (_data, _records, _knowledge, _model, _platform, _identity, _embedding, _reranker):
        try:
            line = look(settings)
        except Exception as problem:  # a check that cannot look is itself a finding; the others still run
            line = f"✗ {look.__name__.strip('_')} 检查不了：{type(problem).__name__}：{problem}"
        print(line)
        broken += line.startswith("✗")
    if deep or rebuild:
        broken += not _agreed(rebuild, token)
    if broken:
        raise Stop(f"有 {broken} 处必须修好，见带 ✗ 的行。")


def _agreed(rebuild: bool, token: Path | None) -> bool:
    """Print whether SQL and both indexes hold the same passages, after filling the indexes anew when asked to."""
    with open_counter("", "operator-1", token) as counter:
        if rebuild:
            print("  正在从数据库重建两个索引，期间检索可能不全……", flush=True)
        found = counter.post(f"/knowledge/{'rebuild' if rebuild else 'verify'}", timeout=None)
    wrong = {words: found[name] for name, words in _WRONG.items() if found[name]}
    for words, ids in wrong.items():
        print(f"✗ {words}：{'、'.join(ids)}{' ……' if len(ids) >= _SHOWN else ''}")
    if not wrong:
        print(f"✓ 数据库与两个索引一致，共 {found['passages']} 段")
    elif not rebuild and set(wrong) != {_WRONG["bad_offsets"]}:
        print("  请运行 hanzhi doctor --rebuild 从数据库重建索引。")
    return not wrong


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
    if reached(f"{address(settings)}/healthz") == 200:
        return f"✓ 知识库由运行中的服务 {address(settings)} 打开"
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
    answer = reached(f"{settings.model_url.rstrip('/')}/models", {"Authorization": f"Bearer {key}"} if key else {})
    # Not every endpoint lists its models: some answer 404, `transformers serve` without a network 500.
    if isinstance(answer, int) and answer not in (401, 403):
        return f"✓ 对话模型：{settings.model_name}，{settings.model_url} 有应答"
    return f"· 对话模型接口 {settings.model_url} 不能用：{answer}。请检查地址、密钥和网络。"


def _platform(settings: Settings) -> str:
    if not settings.platform_url:
        return "✓ 一网统管平台：内置沙盒（演示数据，不连真实平台）"
    answer = reached(settings.platform_url)
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


def _reranker(settings: Settings) -> str:
    if not settings.reranker:
        return "✓ 检索不重排（设置 reranker 可加一个重排模型）"
    from knowledge import FolderJudge, KnowledgeError

    try:
        FolderJudge(settings.reranker).scores("试", ["试"])
    except KnowledgeError as problem:
        return f"✗ {problem}"
    return f"✓ 重排模型：{settings.reranker}"


def _embedding(settings: Settings) -> str:
    missing = [f"缺 {name}" for name in ("torch", "sentence_transformers") if not importlib.util.find_spec(name)]
    kind, _, folder = settings.embedding.partition(":")
    if kind != "sentence-transformers":  # an endpoint is named, not called: it may cost money
        return f"{'·' if folder else '✓'} 向量模型：{settings.embedding}"
    if Path(folder).is_absolute() and not Path(folder).is_dir():
        missing.append("没有这个目录")
    return f"✗ 向量模型 {folder} 不能用：{'、'.join(missing)}。" if missing else f"✓ 向量模型：{folder}"
