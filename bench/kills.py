"""Kill an ingesting process again and again; after each kill SQL and both indexes must agree.

python -m bench.kills --times 50 --seed 1
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from knowledge import open_library

ROOT = Path(__file__).parent.parent
_INGEST = """
import sys
from pathlib import Path
from knowledge import open_library
library = open_library(Path(sys.argv[1]))
print("open", flush=True)
for n in range(int(sys.argv[2]), 10**9):
    body = "\\n".join(f"{i}.第{n}轮要求{i}，请照办。" for i in range(1, 40)).encode()
    if n % 3:
        document = library.add(body, f"{n % 11}.txt", "bench")
        if n % 7 == 0:
            library.remove(document.id)
    else:
        library.submit(body, f"{n % 11}.txt", "bench")
"""


def main() -> None:
    """Kill as often as asked, and say what was found."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--times", type=int, default=50)
    asked.add_argument("--seed", type=int, default=0)
    given = asked.parse_args()
    pick, healed, wrong, unfinished = random.Random(given.seed), list[float](), 0, 0
    with tempfile.TemporaryDirectory() as place:
        for turn in range(given.times):
            command = [sys.executable, "-c", _INGEST, place, str(turn * 1000)]
            worker = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
            assert worker.stdout is not None
            worker.stdout.readline()
            time.sleep(pick.uniform(0, 1.5))
            worker.kill()
            worker.communicate()
            began = time.perf_counter()
            library = open_library(Path(place))
            healed.append(time.perf_counter() - began)
            agreement = library.verify()
            wrong += not agreement.agree
            if not agreement.agree:
                print(turn, agreement)
            library.close()
        library = open_library(Path(place))
        deadline = time.monotonic() + 60
        query = "SELECT count(*) FROM jobs WHERE state NOT IN ('done', 'failed')"
        while time.monotonic() < deadline:
            with library._store.engine.connect() as connection:
                unfinished = int(connection.exec_driver_sql(query).scalar() or 0)
            if not unfinished:
                break
            time.sleep(0.2)
        print(
            f"{given.times} kills: {wrong} disagreements; opening took {max(healed):.2f} s at most;"
            f" {unfinished} jobs left unfinished; {library.status()}"
        )
        library.close()
    sys.exit(bool(wrong or unfinished))


if __name__ == "__main__":
    main()
