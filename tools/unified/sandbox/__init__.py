"""The bundled platform: a real application with its own SQLite file."""

from .app import Sandbox, create_sandbox, open_sandbox
from .bodies import FaultBody
from .faults import Faults
from .open311 import open311_key
from .store import SandboxBusy, SandboxOutdated, Store

__all__ = [
    "FaultBody",
    "Faults",
    "Sandbox",
    "SandboxBusy",
    "SandboxOutdated",
    "Store",
    "create_sandbox",
    "open311_key",
    "open_sandbox",
]
