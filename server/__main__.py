"""`python -m server`: start the server with the settings of the environment and `hanzhi.toml`."""

from __future__ import annotations

import sys

from agents import DeskError, KnowledgeError, SandboxBusy, read_settings

from .serving import serve


def main() -> int:
    """Serve until stopped; what the operator can mend is one message on stderr."""
    try:
        serve(read_settings())
    except (DeskError, KnowledgeError, SandboxBusy) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
