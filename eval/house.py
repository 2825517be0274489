"""`python -m eval.house`: a server with evaluation's models beside its own; `eval.serving` starts it."""

from __future__ import annotations

from server import serve

from . import models

if __name__ == "__main__":
    serve(plugins=(models,))
