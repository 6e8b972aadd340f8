"""A flavor and an image as one wish: what either says of a guest's hardware, by its name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compute.domain.errors import BadRequest

_YES = frozenset({"1", "t", "true", "on", "y", "yes"})
MOST_CELLS = 128


@dataclass(frozen=True, slots=True)
class Wish:
    """A size, the flavor's extra specs and the image's properties."""

    vcpus: int
    memory_mb: int
    specs: Mapping[str, Any]
    properties: Mapping[str, Any]
    flavor_name: str = ""
    image_name: str = ""
    image_id: str | None = None

    def both(self, name: str) -> tuple[Any, Any]:
        """What the flavor and what the image say: `hw:name`, `hw_name`."""
        return self.specs.get(f"hw:{name}"), self.properties.get(f"hw_{name}")

    def agreed(self, name: str) -> bool | None:
        """A yes or no on which flavor and image have to agree; FlavorImageConflict."""
        of_flavor, of_image = (as_bool(value) for value in self.both(name))
        if None not in (of_flavor, of_image) and of_flavor != of_image:
            raise self._conflict(name, of_flavor, of_image)
        return of_image if of_flavor is None else of_flavor

    def unique(self, name: str) -> Any:
        """A value that flavor and image may not differ in; FlavorImageConflict."""
        of_flavor, of_image = self.both(name)
        if of_flavor and of_image and of_flavor != of_image:
            raise self._conflict(name, of_flavor, of_image)
        return of_flavor or of_image

    def _conflict(self, name: str, of_flavor: Any, of_image: Any) -> "FlavorImageConflict":
        return FlavorImageConflict(
            name=self.flavor_name,
            key=name,
            flavor=of_flavor,
            image=self.image_name,
            value=of_image,
        )


class FlavorImageConflict(BadRequest):
    message = (
        "Flavor {name} has hw:{key} extra spec explicitly set to {flavor}, conflicting with image "
        "{image} which has hw_{key} explicitly set to {value}."
    )


class InvalidRequest(BadRequest):
    message = "The request is invalid."


def as_bool(value: Any) -> bool | None:
    """What a text says of yes or no; anything unknown is no, nothing at all is None."""
    return None if value is None else str(value).strip().lower() in _YES
