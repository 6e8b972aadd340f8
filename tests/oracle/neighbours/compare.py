"""Ask a real neighbour and the embedded one the same, and report where their answers differ.

python -m tests.oracle.neighbours.compare --cloud URL [-v] SERVICE REAL [STEPS.yaml ...]

SERVICE is image, network or volume; REAL is where the real one answers, and URL the cloud whose
Identity gives tokens for both.  `prepare` of SERVICE/stage.py, if there is one, sets our side's
stage.  Steps are written as for tests.oracle.differential.
"""

import argparse
import importlib
import sys
from pathlib import Path

import yaml

from tests.oracle import explained
from tests.oracle.counts import Counts
from tests.oracle.differential import Comparison, say
from tests.oracle.sides import CAST, Side
from tests.oracle.stage import Stage

HERE = Path(__file__).parent


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare a neighbour with the real one.")
    parser.add_argument("service")
    parser.add_argument("real")
    parser.add_argument("steps", nargs="*", type=Path)
    parser.add_argument("--cloud", required=True)
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_intermixed_args()
    room = HERE / options.service
    left = Side(options.real, options.cloud, service=options.service)
    right = Side(f"{options.cloud}/{options.service}", options.cloud, service=options.service)
    Stage(right).people()
    if (room / "stage.py").exists():
        # What the demo cloud is born with, and the real service is not, goes.
        importlib.import_module(f"{__package__}.{options.service}.stage").prepare(right)
    for side in (left, right):
        for who in CAST:
            side.token(who)
    comparison = Comparison(left, right)
    explanations = explained.read(room / "explained.yaml")
    total = Counts("altogether")
    for path in options.steps or sorted((room / "steps").glob("*.yaml")):
        counts = Counts(path.stem)
        before = comparison.count
        for name, found in comparison.run(yaml.safe_load(path.read_text())):
            name = f"{path.stem}: {name}"
            left_over = explained.unexplained(explanations, name, found)
            counts.explained += bool(found) and not left_over
            counts.different += bool(left_over)
            if found:
                word = "DIFFERS" if left_over else "differs as explained"
                say("\n    ".join([f"{word} {name}", *(left_over or found)]))
            elif options.verbose:
                status = comparison.last[3] if comparison.last is not None else "set"
                say(f"ok {status}  {name}")
        counts.steps = comparison.count - before
        total.add(counts)
        say(str(counts))
    say(str(total))
    return 1 if total.different else 0


if __name__ == "__main__":
    sys.exit(main())
