"""The log viewer: a page on this machine that shows talks of runs one at a time."""

from .app import view_app
from .packing import view_page
from .serving import serve_view

__all__ = ["serve_view", "view_app", "view_page"]
