"""Fits the intents of the house as it comes and keeps them with it, so that a first start need not: `make intents`.

To be run when tools, agents, bundled documents or the lists of `understanding/data` changed; without it everything
works as well, only a first start takes seconds longer.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from .bootstrap import open_house
from .builtin import PLUGINS
from .plugins import open_plugins
from .routing import declared_examples
from .settings import read_settings
from .understanding.intents import SHIPPED, fit_intents, save


def main() -> None:
    """Write the file for what is declared now."""
    with tempfile.TemporaryDirectory() as folder:
        examples = declared(Path(folder))
        save(fit_intents(examples, shipped=None), SHIPPED, small=True)
    sys.stdout.write(f"{SHIPPED.name}: {len(examples)} intents, {SHIPPED.stat().st_size / 1e6:.1f} MB\n")


def declared(folder: Path) -> Mapping[str, Sequence[str]]:
    """Every example that the house declares before anything is plugged in or loaded; `folder` is scratch."""
    house = open_house(read_settings(data_dir=folder, sandbox_demo=False))
    hooks = open_plugins(PLUGINS, installed=False)
    found = declared_examples(hooks.agents(), hooks.tools(house.platform, house.library), house.library.phrasings())
    asyncio.run(house.close())
    return found


if __name__ == "__main__":
    main()
