"""What can be typed after `hanzhi`: one module per noun. Loads no room before a command runs."""

from .checkup import doctor
from .documents import ingest, search
from .errors import Stop
from .library import knowledge
from .menu import Menu, RoomCommands, new_app
from .serving import migrate, serve
from .talking import ask, chat

__all__ = [
    "Menu",
    "RoomCommands",
    "Stop",
    "ask",
    "chat",
    "doctor",
    "ingest",
    "knowledge",
    "migrate",
    "new_app",
    "search",
    "serve",
]
