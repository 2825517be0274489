"""Everything at once against the desk and the platform; what must not happen is counted, and any of it is a failure.

python -m bench.chaos                                    # all three, at full length
python -m bench.chaos desk --turns 10000 --seed 1        # a hostile model, every role, against the desk
python -m bench.chaos creates --creates 1000 --seed 1    # lost replies, duplicates and kill -9 of the platform
python -m bench.chaos kills --kills 200 --seed 1         # kill -9 of the server between yes and receipt
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from .chaos_desk import attack
from .chaos_network import create_through_chaos
from .chaos_server import kill_servers

SHOWN = 5


class Outcome(Protocol):
    """What each of the three comes to."""

    wrong: dict[str, list[str]]

    def lines(self) -> list[tuple[str, str]]:
        """The rows of the table."""
        ...


Part = Callable[[Path, argparse.Namespace], Outcome]
PARTS: dict[str, tuple[str, Part]] = {
    "desk": (
        "A hostile model drives the desk",
        lambda folder, given: asyncio.run(attack(folder, given.turns, given.seed)),
    ),
    "creates": (
        "Reports over a bad network to a platform that dies",
        lambda folder, given: asyncio.run(create_through_chaos(folder, given.creates, given.seed)),
    ),
    "kills": (
        "kill -9 of the server between yes and receipt",
        lambda folder, given: kill_servers(folder, given.kills, given.seed),
    ),
}


def main() -> int:
    """Run what is asked for, print a table for each; 1 when anything happened that must not."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("parts", nargs="*", choices=[*PARTS, []], help="which (all when none is named)")
    asked.add_argument("--turns", type=int, default=10_000)
    asked.add_argument("--creates", type=int, default=1_000)
    asked.add_argument("--kills", type=int, default=200)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    failed = False
    for name in given.parts or PARTS:
        title, part = PARTS[name]
        began, cpu = time.perf_counter(), time.process_time()
        with tempfile.TemporaryDirectory() as folder:
            outcome = part(Path(folder), given)
        spent = f"{time.perf_counter() - began:.0f} s, {time.process_time() - cpu:.0f} s CPU of this process"
        print(f"{title} (seed {given.seed}, {spent}, load average {os.getloadavg()[0]:.1f})\n")
        print("| what | how many |\n| --- | --- |")
        print("\n".join(f"| {what} | {count} |" for what, count in outcome.lines()), flush=True)
        for what, found in outcome.wrong.items():
            failed |= bool(found)
            print("".join(f"\n{what}: {each}" for each in found[:SHOWN]), end="")
        print()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
