"""Running one file of steps, and telling how it went."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.oracle import explained
from tests.oracle.counts import Counts


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def run_file(
    path: Path,
    comparison: Any,
    explanations: list[explained.Explanation],
    *,
    verbose: bool = False,
    agreed: Callable[[], None] | None = None,
) -> Counts:
    """Compare what the file says, say what differs, and call `agreed` after each step that agrees.

    With `verbose` steps that agree are named, too, with what the judge answered.
    """
    counts = Counts(path.stem)
    before = comparison.count
    for name, found in comparison.run(yaml.safe_load(path.read_text())):
        name = f"{path.stem}: {name}"
        left_over = explained.unexplained(explanations, name, found)
        counts.explained += bool(found) and not left_over
        counts.different += bool(left_over)
        status = comparison.last[3] if comparison.last is not None else ""
        if found:
            word = "DIFFERS" if left_over else "differs as explained"
            say("\n    ".join([f"{word} {name}", *(left_over or found)]))
        elif verbose:
            say(f"ok {status:<4} {name}")
        if agreed is not None and comparison.last is not None and not left_over:
            agreed()
    counts.steps = comparison.count - before
    return counts
