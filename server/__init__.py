"""The counter on the street: HTTP, identity, streams, the page. Everything else happens behind the desk."""

from .application import create_app
from .serving import serve

__all__ = ["create_app", "serve"]
