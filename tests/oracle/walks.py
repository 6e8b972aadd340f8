"""Random walks: sequences of requests that nobody thought of, asked of two clouds.

    python -m tests.oracle.walks [options] LEFT RIGHT

    --seed N --walks N --steps N    the first walk's seed, how many walks, how long each is
    --seconds N                     begin no walk later than that
    and the addresses as differential.py has them

Each walk makes a small world, then draws one request after another, at a version and by a caller
drawn as well, at times with one change in its body; waits until both sides are settled; and reads
what the request may have touched.  After a difference that has effects it begins a world anew.
What is printed of a difference are steps of differential.py.
"""

import argparse
import os
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import django

from tests.oracle import explained
from tests.oracle.differential import Comparison
from tests.oracle.reporting import say
from tests.oracle.sides import Side
from tests.oracle.walk_world import Scene

if TYPE_CHECKING:
    from tests.oracle.walker import Walk

HERE = Path(__file__).parent


class Findings:
    """What was found in all walks, each kind once."""

    def __init__(self) -> None:
        self.explanations = explained.read(HERE / "explained.yaml")
        self.kinds: Counter[str] = Counter()
        self.explained = 0

    def add(self, walk: "Walk", seed: int, name: str, found: list[str]) -> bool:
        """Tell of differences that are new; whether there were any without a reason."""
        left_over = explained.unexplained(self.explanations, f"walks: {name}", found)
        self.explained += bool(found) and not left_over
        if not left_over:
            return False
        method, path = walk.history[-1].asked
        kind = re.sub(r"<[^>]*>|\d+", "", f"{method} {path}: {left_over[0]}")[:160]
        self.kinds[kind] += 1
        if self.kinds[kind] <= 2:
            say("\n    ".join([f"DIFFERS [{seed}] {name}", *left_over[:12]]))
            for entry in walk.tail()[-25:]:
                say(f"      {entry}")
        return True


def main() -> int:
    parser = argparse.ArgumentParser(description="Walk through two clouds at random.")
    parser.add_argument("left")
    parser.add_argument("right")
    for name in ("--left-cloud", "--right-cloud", "--left-metadata", "--right-metadata"):
        parser.add_argument(name)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--walks", type=int, default=10)
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    options = parser.parse_args()
    sides = (
        Side(options.left.rstrip("/"), options.left_cloud),
        Side(options.right.rstrip("/"), options.right_cloud),
    )
    scenes = (Scene(sides[0]), Scene(sides[1]))
    for scene in scenes:
        scene.set()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "computeproject.settings.test")
    django.setup()
    # Only now: it reads the table of operations.
    from tests.oracle.walker import Walk

    findings = Findings()
    count = walks = 0
    begun = time.monotonic()
    for seed in range(options.seed, options.seed + options.walks):
        if time.monotonic() - begun > options.seconds:
            break
        for scene in scenes:
            scene.sweep()
        comparison = Comparison(*sides)
        walk = Walk(comparison, scenes, seed)
        for name, found in walk.run(options.steps):
            if findings.add(walk, seed, name, found):
                walk.break_off("(afterwards)" in name)
        count += comparison.count
        walks += 1
        say(f"walk {seed}: {comparison.count} requests, {sum(findings.kinds.values())} differences")
    for kind, times in findings.kinds.most_common():
        say(f"{times:4} {kind}")
    say(
        f"{walks} walks, {count} requests, {findings.explained} differ as explained, "
        f"{sum(findings.kinds.values())} differ otherwise, in {len(findings.kinds)} ways"
    )
    return 1 if findings.kinds else 0


if __name__ == "__main__":
    sys.exit(main())
