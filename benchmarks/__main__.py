"""Run every measurement, one process each, so that none disturbs another's memory."""

import subprocess
import sys
from pathlib import Path

ORDER = ("board", "sweep", "letters", "hand_in", "uploads", "thumbnails")


def main() -> int:
    """Run the named measurements, or all; gives the number that failed."""
    wanted = sys.argv[1:] or ORDER
    failed = 0
    for name in wanted:
        print(f"== {name}", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}"], cwd=Path(__file__).parent.parent, check=False
        )
        failed += done.returncode != 0
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
