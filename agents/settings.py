"""All settings, read once: environment `HANZHI_*` first, then `hanzhi.toml`, then the defaults here."""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from .errors import Misconfigured

LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))


class Settings(BaseSettings):
    """One field per setting; `docs/settings.md` lists the same ones (a test compares them)."""

    model_config = SettingsConfigDict(
        env_prefix="HANZHI_", toml_file="hanzhi.toml", extra="forbid", frozen=True, validate_default=True
    )

    host: str = Field("127.0.0.1", description="监听地址。绑定到本机以外的地址时必须同时设置 issuer。")
    port: int = Field(8000, ge=0, le=65535, description="监听端口，0 表示由系统挑选。")
    data_dir: Path = Field(Path("data"), description="数据目录：数据库、索引、密钥都在其中。")
    cache_dir: Path | None = Field(
        None, description="可重新算出的文件放在这里，几个副本可以共用；为空时用数据目录中的 cache。"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="日志级别。")

    issuer: str = Field("", description="身份提供方（OIDC issuer）。为空且只监听本机时提供演示身份。")
    audience: str = Field("hanzhi", description="令牌的 audience。")
    jwks: str = Field("", description="身份提供方公钥（JWKS）的文件路径或 https 地址；设置了 issuer 时必填。")
    secret: SecretStr = Field(
        SecretStr(""), description="签名与加密用的密钥，至少 32 个字符；为空时在数据目录中生成并保存。"
    )

    database_url: str = Field("", description="会话与审计数据库（SQLAlchemy 地址）；为空时用数据目录中的 SQLite。")
    knowledge_url: str = Field("", description="知识库数据库（SQLAlchemy 地址）；为空时用数据目录中的 SQLite。")

    model: str = Field("offline", description="对话模型的名字：offline、endpoint，或插件注册的模型。")
    model_url: str = Field("", description="OpenAI 兼容接口地址（以 /v1 结尾）；model 为 endpoint 时必填。")
    model_name: str = Field("", description="接口上的模型名；model 为 endpoint 时必填。")
    model_key: SecretStr = Field(SecretStr(""), description="接口密钥；没有可留空。")
    model_timeout_s: float = Field(45.0, gt=0, le=600, description="一次模型调用的最长时间，单位秒。")
    model_silence_s: float = Field(
        15.0, gt=0, le=600, description="模型接口最长可以多久不出声（包括第一个字之前），单位秒；超过就由内置模型回答。"
    )
    model_turn_s: float = Field(
        60.0, gt=0, le=120, description="一条消息的全部模型调用合起来的最长时间，单位秒；到时由内置模型接着回答。"
    )
    model_context_tokens: int = Field(
        32_768, ge=4096, le=2_000_000, description="模型一次能读多少 token；装不下时从最早的对话开始略去。"
    )
    model_tools: Literal["auto", "native", "prompted"] = Field(
        "auto",
        description="模型怎样使用工具：native 用接口的工具调用，prompted 写在提示词里，"
        "auto 先试 native，不支持就改用 prompted。",
    )
    model_body: dict[str, Any] = Field(
        {}, description="每次模型请求另外附带的内容（JSON 对象），例如关闭思考的开关；按接口的说明填写。"
    )

    embedding: str = Field(
        "static",
        description="向量模型：static（自带的中文静态向量）、hashing、sentence-transformers:模型目录或名称，"
        "或 openai:接口地址#模型名。",
    )
    embedding_key: SecretStr = Field(SecretStr(""), description="向量接口的密钥；没有可留空。")
    keyword_weight: float = Field(
        0.75, ge=0, le=1, description="检索中关键词一侧的权重，0 到 1；0 只用向量，1 只用关键词。"
    )
    reranker: str = Field(
        "", description="重排模型（sentence-transformers 的 CrossEncoder）的目录或名称；为空时不重排。"
    )
    bundled_knowledge: bool = Field(True, description="首次启动时是否装入自带的知识库。")

    platform_url: str = Field("", description="一网统管平台地址；为空时用内置沙盒平台。")
    sandbox_demo: bool = Field(True, description="新的沙盒平台是否装入演示案件（带“演示数据”标记）。")
    platform_key: str = Field("hanzhi-desk", description="在平台上登记的应用标识（X-App-Key）。")
    platform_secret: SecretStr = Field(SecretStr(""), description="平台应用密钥；设置了 platform_url 时必填。")
    callback_url: str = Field(
        "", pattern=r"^(https?://\S+)?$", description="汉治通对平台开放的地址；设置后，平台的进展通知推送到这里。"
    )
    platform_adapter: Literal["native", "open311"] = Field(
        "native", description="平台说哪种接口：native（本系统的接口）或 open311（任何城市的 Open311 GeoReport v2）。"
    )
    platform_jurisdiction: str = Field("", description="Open311 的 jurisdiction_id；对方要求时填写。")
    statistics_url: str = Field(
        "", pattern=r"^(https?://\S+)?$", description="厂商形式的统计接口地址；为空时统计数字也来自平台。"
    )
    platform_timeout_s: float = Field(8.0, gt=0, le=120, description="一次平台调用的总时限，单位秒。")

    sandbox_rate_per_s: float = Field(
        0.0, ge=0, le=100_000, description="内置沙盒平台每秒接受一个应用多少次请求；0 不限。"
    )
    rate_person_per_minute: int | None = Field(
        None,
        ge=0,
        le=1_000_000,
        description="一个人每分钟最多多少次请求；0 不限；为空时有 issuer 就是 300，否则不限。",
    )
    rate_address_per_minute: int = Field(
        0, ge=0, le=10_000_000, description="一个网络地址每分钟最多多少次请求；0 不限。服务看得到真实地址时才设置。"
    )

    clock: datetime | None = Field(
        None, description="把城市时钟固定在某一时刻（带时区的 ISO 8601），用于评测；为空用真实时间。"
    )
    eval: bool = Field(
        False, description="是否开放评测接口（设定时钟、平台和知识库的内容）；只能在仅监听本机时打开，不要用于生产。"
    )
    action_minutes: int = Field(10, ge=1, le=1440, description="待确认操作的有效时间，单位分钟。")
    turn_max_chars: int = Field(4000, ge=1, le=100_000, description="一条用户消息的最大字数。")
    max_body_bytes: int = Field(65_536, ge=1024, le=10_000_000, description="一次 JSON 请求体的最大字节数。")
    max_upload_bytes: int = Field(20_000_000, ge=1024, le=1_000_000_000, description="一次上传文档的最大字节数。")

    @field_validator("secret")
    @classmethod
    def _secret_is_long(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and len(value.get_secret_value()) < 32:
            raise ValueError("至少 32 个字符")
        return value

    @field_validator("clock")
    @classmethod
    def _clock_has_a_zone(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("要带时区，例如 2026-09-01T08:40:00+08:00")
        return value

    @field_validator("embedding")
    @classmethod
    def _embedding_is_known(cls, value: str) -> str:
        kind, _, rest = value.partition(":")
        url, _, model = rest.partition("#")
        named = kind == "sentence-transformers" and rest
        endpoint = kind == "openai" and url.startswith(("http://", "https://")) and model
        if value not in ("static", "hashing") and not named and not endpoint:
            raise ValueError(
                "只能是 static、hashing、sentence-transformers:模型目录或名称、openai:接口地址#模型名"
                "（例如 openai:http://127.0.0.1:8080/v1#bge-m3）"
            )
        return value

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Settings:
        if self.model == "endpoint" and not (self.model_url and self.model_name):
            raise ValueError("model 为 endpoint 时必须设置 HANZHI_MODEL_URL 和 HANZHI_MODEL_NAME")
        if self.platform_url and not self.platform_secret.get_secret_value():
            raise ValueError("设置了 platform_url 时必须设置 HANZHI_PLATFORM_SECRET")
        if self.eval and self.host not in LOOPBACK:
            raise ValueError("eval 只能在仅监听本机（HANZHI_HOST=127.0.0.1）时打开")
        if self.platform_adapter == "open311" and not self.platform_url:
            raise ValueError("platform_adapter 为 open311 时必须设置 HANZHI_PLATFORM_URL（对方 GeoReport 的地址）")
        if self.issuer and not self.jwks:
            raise ValueError("设置了 issuer 时必须设置 HANZHI_JWKS（公钥文件路径或 https 地址）")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then `hanzhi.toml`."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def demo(self) -> bool:
        """Whether demo identities exist: bound to loopback and no issuer configured."""
        return not self.issuer and self.host in LOOPBACK

    @property
    def cache(self) -> Path:
        """The folder for what can be computed again."""
        return self.cache_dir or self.data_dir / "cache"

    def signing_secret(self) -> str:
        """The configured secret, or the one kept in the data folder (made on first use)."""
        configured = self.secret.get_secret_value()
        if configured:
            return configured
        self.data_dir.mkdir(parents=True, exist_ok=True)
        path = self.data_dir / "secret.key"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48), encoding="ascii")
        return path.read_text(encoding="ascii").strip()


def read_settings(**changes: Any) -> Settings:
    """Read the settings; a wrong one raises `Misconfigured` with its name, its value and what is allowed."""
    try:
        return Settings(**changes)
    except ValidationError as problem:
        raise Misconfigured("\n".join(_explain(error) for error in problem.errors())) from None
    except ValueError as problem:
        raise Misconfigured(f"配置文件 hanzhi.toml 读不懂：{problem}。请检查 TOML 语法。") from None


def _explain(error: Any) -> str:
    name = ".".join(str(part) for part in error["loc"])
    if not name:
        return f"设置有矛盾：{error['msg'].removeprefix('Value error, ')}。"
    if error["type"] == "extra_forbidden":
        return f"没有名为 {name} 的设置。可用的设置见 docs/settings.md。"
    field = Settings.model_fields.get(name)
    shown = "（不显示）" if field and field.annotation is SecretStr else repr(error.get("input"))
    allowed = error["msg"].removeprefix("Value error, ")
    meaning = field.description if field else ""
    return f"设置 {name}（环境变量 HANZHI_{name.upper()}）的值 {shown} 不可用：{allowed}。说明：{meaning}"
