"""The server as a process: it starts, says where, stops in order, and refuses to start when that would be unsafe."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from agents import Misconfigured
from server import serve

from .conftest import CACHE, settings_in

ROOT = Path(__file__).resolve().parent.parent


def started(folder: Path, **settings: str) -> subprocess.Popen[str]:
    """`python -m server` with nothing set but what is given."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HANZHI_")}
    given = {"HANZHI_DATA_DIR": str(folder / "data"), "HANZHI_PORT": "0", "HANZHI_BUNDLED_KNOWLEDGE": "false"}
    given |= {"HANZHI_CACHE_DIR": str(CACHE)}
    return subprocess.Popen(
        [sys.executable, "-m", "server"],
        cwd=ROOT,
        env={**clean, **given, "PYTHONIOENCODING": "utf-8", **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def test_it_prints_its_address_serves_and_stops_in_order(tmp_path: Path) -> None:
    process = started(tmp_path)
    assert process.stdout is not None
    line = process.stdout.readline()
    address = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert address is not None, line + process.communicate(timeout=30)[1]
    with httpx.Client(base_url=f"{address[0]}/api/v1", timeout=30, trust_env=False) as api:
        token = api.post("/demo/login", json={"identity": "citizen-1"}).json()["token"]
        api.headers["Authorization"] = f"Bearer {token}"
        conversation = api.post("/conversations", json={}).json()["id"]
        said = api.post(f"/conversations/{conversation}/turns", json={"text": "我的电话是13912345678，怎么办居住证？"})
        assert said.status_code == 200
        api.get("/knowledge/search", params={"q": "身份证420106199001011234"})
    process.send_signal(signal.SIGTERM)
    out, logged = process.communicate(timeout=60)
    assert process.returncode == 0, logged
    for secret in ("13912345678", "420106199001011234", token, token.split(".")[1], conversation):
        assert secret not in out + logged
    secret_file = tmp_path / "data" / "secret.key"
    assert secret_file.read_text() not in logged
    assert secret_file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_it_does_not_listen_to_everybody_without_an_issuer(tmp_path: Path, host: str) -> None:
    process = started(tmp_path, HANZHI_HOST=host)
    out, problem = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "HANZHI_ISSUER" in problem
    assert "HANZHI_JWKS" in problem
    assert "Traceback" not in problem
    assert out == ""
    assert not (tmp_path / "data").exists()


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        with pytest.raises(Misconfigured) as problem:
            serve(settings_in(tmp_path / "data", port=port))
    assert str(port) in str(problem.value)
    assert "HANZHI_PORT" in str(problem.value)
    assert not (tmp_path / "data").exists()


def test_a_host_that_is_no_address_is_named(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "data", host="no such host", issuer="https://id.example", jwks="x")
    with pytest.raises(Misconfigured) as problem:
        serve(settings)
    assert "HANZHI_HOST" in str(problem.value)
