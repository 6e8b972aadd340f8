"""How many steps were identical, by file and altogether."""

from dataclasses import dataclass


@dataclass
class Counts:
    """How many steps of a file were identical, and how many not."""

    name: str
    steps: int = 0
    explained: int = 0
    different: int = 0

    def add(self, other: "Counts") -> None:
        self.steps += other.steps
        self.explained += other.explained
        self.different += other.different

    def __str__(self) -> str:
        identical = self.steps - self.explained - self.different
        return (
            f"{self.name}: {identical} of {self.steps} steps are identical, "
            f"{self.explained} differ as explained, {self.different} differ"
        )
