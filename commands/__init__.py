"""What can be typed after `hanzhi`: one module per noun. Loads no room before a command runs."""

from .checkup import doctor
from .documents import ingest, search
from .errors import Stop
from .library import knowledge
from .menu import App, Menu, RoomCommands
from .serving import migrate, serve
from .talking import ask, chat

__all__ = [
    "App",
    "Menu",
    "RoomCommands",
    "Stop",
    "ask",
    "chat",
    "doctor",
    "ingest",
    "knowledge",
    "migrate",
    "search",
    "serve",
]
