"""Differences that are known and have a reason (explained.yaml)."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass
class Explanation:
    """`step` and `differs` are regular expressions that search a step's name and a difference.

    `whole`: it explains all the differences of a step with one that it is about.
    """

    step: str
    differs: str
    why: str
    whole: bool = False
    uses: int = 0

    def left_over(self, step: str, found: list[str]) -> list[str]:
        """The differences of the step that this is not about."""
        if not found or not re.search(self.step, step):
            return found
        others = [line for line in found if not re.search(self.differs, line)]
        if len(others) == len(found):
            return found
        self.uses += 1
        return [] if self.whole else others


def read(path: Path) -> list[Explanation]:
    return [Explanation(**row) for row in yaml.safe_load(path.read_text()) or ()]


def unexplained(explanations: list[Explanation], step: str, found: list[str]) -> list[str]:
    """The differences of a step that none of the explanations is about."""
    for one in explanations:
        found = one.left_over(step, found)
    return found
