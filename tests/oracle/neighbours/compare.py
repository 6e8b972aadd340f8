"""Ask a real neighbour and the embedded one the same, and report where their answers differ.

python -m tests.oracle.neighbours.compare --cloud URL [-v] SERVICE REAL [STEPS.yaml ...]

SERVICE is identity, image, network, placement or volume; REAL is where the real one answers, and
URL the cloud whose Identity gives tokens for both; a real Identity gives its own.  `prepare` of
SERVICE/stage.py, if there is one, gets both sides and makes them alike.  Steps are written as for
tests.oracle.differential.
"""

import argparse
import importlib
import sys
from pathlib import Path

from tests.oracle import explained
from tests.oracle.counts import Counts
from tests.oracle.differential import Comparison
from tests.oracle.reporting import run_file, say
from tests.oracle.sides import CAST, Side
from tests.oracle.stage import Stage

HERE = Path(__file__).parent
PREFIXED = ("identity", "placement")


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare a neighbour with the real one.")
    parser.add_argument("service")
    parser.add_argument("real")
    parser.add_argument("steps", nargs="*", type=Path)
    parser.add_argument("--cloud", required=True)
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_intermixed_args()
    room = HERE / options.service
    # Links are of paths below the service's own, where it is asked to say so.
    real = options.real + (f"/{options.service}" if options.service in PREFIXED else "")
    home = options.real if options.service == "identity" else options.cloud
    left = Side(real, home, service=options.service)
    right = Side(f"{options.cloud}/{options.service}", options.cloud, service=options.service)
    Stage(right).people()
    if (room / "stage.py").exists():
        importlib.import_module(f"{__package__}.{options.service}.stage").prepare(left, right)
    for side in (left, right):
        for who in CAST:
            side.token(who)
    comparison = Comparison(left, right)
    explanations = explained.read(room / "explained.yaml")
    total = Counts("altogether")
    for path in options.steps or sorted((room / "steps").glob("*.yaml")):
        counts = run_file(path, comparison, explanations, verbose=options.verbose)
        total.add(counts)
        say(str(counts))
    say(str(total))
    return 1 if total.different else 0


if __name__ == "__main__":
    sys.exit(main())
