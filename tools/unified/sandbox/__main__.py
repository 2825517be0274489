"""Run the sandbox platform by itself: `python -m tools.unified.sandbox --port 9100 --data data/sandbox`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import threading
from datetime import datetime
from pathlib import Path

import httpx
import uvicorn

from ..finding import CITY_ZONE
from .app import Sandbox, open_sandbox
from .store import SandboxBusy


def main() -> int:
    """Serve until stopped. The secret comes from HANZHI_PLATFORM_SECRET."""
    options = _options()
    secret = os.environ.get("HANZHI_PLATFORM_SECRET", "")
    if not secret:
        print("请先设置环境变量 HANZHI_PLATFORM_SECRET（与汉治通使用的平台密钥相同）。", file=sys.stderr)
        return 2
    try:
        sandbox = open_sandbox(
            options.data,
            clock=lambda: datetime.now(CITY_ZONE),
            apps={options.app: secret},
            test_routes=options.test_routes,
            demo=options.demo,
        )
    except SandboxBusy as problem:
        print(problem, file=sys.stderr)
        return 1
    sandbox.limit(options.rate)
    threading.Thread(target=lambda: asyncio.run(_deliver(sandbox)), daemon=True).start()
    try:
        uvicorn.run(sandbox.app, host=options.host, port=options.port, lifespan="off", log_level="warning", ws="none")
    finally:
        sandbox.close()
    return 0


async def _deliver(sandbox: Sandbox) -> None:
    """Send what is in the outbox, for as long as the process lives."""
    async with httpx.AsyncClient(trust_env=False) as http:
        while True:
            if not await sandbox.deliveries.send_due(http):
                await asyncio.sleep(0.5)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.unified.sandbox", description="一网统管沙盒平台")
    parser.add_argument("--host", default="127.0.0.1", help="监听地址")
    parser.add_argument("--port", type=int, default=9100, help="监听端口")
    parser.add_argument("--data", type=Path, default=Path("data/sandbox"), help="数据目录")
    parser.add_argument("--app", default="hanzhi-desk", help="允许接入的应用标识（X-App-Key）")
    parser.add_argument("--rate", type=float, default=0.0, help="每个应用每秒最多请求数，0 表示不限")
    parser.add_argument("--demo", action="store_true", help="新的数据目录里装入演示案件")
    parser.add_argument("--test-routes", action="store_true", help="提供 /sandbox/ 下的故障开关和状态（只用于测试）")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
