"""Where settings come from, what a wrong one says, and when demo identities exist."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agents import LOOPBACK, Misconfigured, Settings, read_settings

ENDPOINT = {"model": "endpoint", "model_url": "http://127.0.0.1:9/v1", "model_name": "any"}
WRONG = [
    ("port", "70000", "65535"),
    ("port", "web", "integer"),
    ("log_level", "loud", "'debug', 'info', 'warning' or 'error'"),
    ("model_timeout_s", "0", "greater than 0"),
    ("keyword_weight", "1.5", "less than or equal to 1"),
    ("embedding", "bge", "sentence-transformers:"),
    ("embedding", "sentence-transformers:", "sentence-transformers:"),
    ("embedding", "openai:http://127.0.0.1:8080/v1", "#"),
    ("embedding", "openai:localhost#bge-m3", "http://127.0.0.1"),
    ("bundled_knowledge", "perhaps", "boolean"),
    ("platform_timeout_s", "600", "120"),
    ("clock", "2026-09-01T08:40:00", "+08:00"),
    ("action_minutes", "0", "greater than or equal to 1"),
    ("turn_max_chars", "0", "greater than or equal to 1"),
    ("max_body_bytes", "10", "1024"),
    ("max_upload_bytes", "10", "1024"),
]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working folder and no HANZHI_* of the person testing."""
    for name in list(os.environ):
        if name.upper().startswith("HANZHI_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_toml(folder: Path, text: str) -> None:
    (folder / "hanzhi.toml").write_text(text, encoding="utf-8")


def problem_with(**changes: object) -> str:
    with pytest.raises(Misconfigured) as caught:
        read_settings(**changes)
    return str(caught.value)


def test_without_anything_set_the_house_is_a_local_demo_that_needs_no_network() -> None:
    settings = read_settings()
    assert (settings.host, settings.model, settings.embedding) == ("127.0.0.1", "offline", "static")
    assert settings.platform_url == ""
    assert settings.database_url == ""
    assert settings.demo


def test_the_file_wins_over_the_default_the_environment_over_the_file_an_argument_over_all(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_toml(alone, "port = 8001\nlog_level = 'warning'\naction_minutes = 5\n")
    monkeypatch.setenv("HANZHI_PORT", "8002")
    monkeypatch.setenv("HANZHI_LOG_LEVEL", "error")
    settings = read_settings(port=8003)
    assert (settings.port, settings.log_level, settings.action_minutes) == (8003, "error", 5)


@pytest.mark.parametrize(("name", "value", "allowed"), WRONG)
def test_a_wrong_value_is_named_with_its_setting_and_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(f"HANZHI_{name.upper()}", value)
    message = problem_with()
    assert name in message
    assert f"HANZHI_{name.upper()}" in message
    assert value in message
    assert allowed in message


def test_several_wrong_values_are_all_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANZHI_PORT", "web")
    monkeypatch.setenv("HANZHI_LOG_LEVEL", "loud")
    message = problem_with()
    assert "HANZHI_PORT" in message
    assert "HANZHI_LOG_LEVEL" in message


def test_a_short_secret_is_refused_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANZHI_SECRET", "hunter2")
    message = problem_with()
    assert "HANZHI_SECRET" in message
    assert "32" in message
    assert "hunter2" not in message


def test_a_misspelled_setting_in_the_file_is_named(alone: Path) -> None:
    write_toml(alone, "prot = 8001\n")
    assert "prot" in problem_with()


def test_a_file_that_is_not_toml_is_named(alone: Path) -> None:
    write_toml(alone, "port 8001\n")
    assert "hanzhi.toml" in problem_with()


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"model": "endpoint"}, "HANZHI_MODEL_URL"),
        ({"model": "endpoint", "model_url": "http://127.0.0.1:9/v1"}, "HANZHI_MODEL_NAME"),
        ({"platform_url": "https://platform.example"}, "HANZHI_PLATFORM_SECRET"),
        ({"issuer": "https://id.example"}, "HANZHI_JWKS"),
    ],
)
def test_settings_that_need_each_other_say_which_one_is_missing(changes: dict[str, str], missing: str) -> None:
    assert missing in problem_with(**changes)


def test_settings_that_fit_together_are_read() -> None:
    assert read_settings(**ENDPOINT).model_name == "any"
    assert read_settings(platform_url="https://platform.example", platform_secret="s").platform_url


@pytest.mark.parametrize(
    "embedding", ["static", "hashing", "sentence-transformers:/models/bge", "openai:https://e.example/v1#bge-m3"]
)
def test_every_kind_of_embedding_can_be_set(embedding: str) -> None:
    assert read_settings(embedding=embedding).embedding == embedding


@pytest.mark.parametrize("host", sorted(LOOPBACK))
def test_demo_identities_exist_on_loopback_without_an_issuer(host: str) -> None:
    assert read_settings(host=host).demo
    assert not read_settings(host=host, issuer="https://id.example", jwks="keys.json").demo


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_there_are_no_demo_identities_on_any_other_address(host: str) -> None:
    assert not read_settings(host=host).demo


def test_the_signing_secret_is_made_once_and_only_its_owner_may_read_it(alone: Path) -> None:
    settings = Settings(data_dir=alone / "data")
    first = settings.signing_secret()
    assert len(first) >= 32
    assert settings.signing_secret() == first
    assert (alone / "data" / "secret.key").stat().st_mode & 0o077 == 0


def test_a_configured_secret_is_used_and_nothing_is_written(alone: Path) -> None:
    settings = Settings(data_dir=alone / "data", secret="x" * 32)
    assert settings.signing_secret() == "x" * 32
    assert not (alone / "data").exists()


def test_no_secret_is_shown_when_settings_are_printed() -> None:
    settings = read_settings(secret="s" * 32, model_key="k" * 32, platform_secret="p" * 32, embedding_key="e" * 32)
    assert not {"s" * 32, "k" * 32, "p" * 32, "e" * 32} & set(repr(settings).replace("'", " ").split())
