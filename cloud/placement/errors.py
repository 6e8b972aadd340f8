"""What Placement refuses, and its sentences."""


class PlacementError(Exception):
    """Something that a client asked for and cannot have; the text is the client's."""


class NotFound(PlacementError):
    """A thing that is named does not exist."""


class ProviderNotFound(NotFound):
    def __init__(self, uuid: str) -> None:
        super().__init__(f"No resource provider with uuid {uuid} found")


class ResourceClassNotFound(NotFound):
    def __init__(self, name: str) -> None:
        super().__init__(f"No such resource class {name}.")


class TraitNotFound(NotFound):
    def __init__(self, name: str) -> None:
        super().__init__(f"No such trait(s): {name}.")


class InventoryNotFound(NotFound):
    def __init__(self, resource_class: str) -> None:
        super().__init__(f"No inventory of class {resource_class} found.")


class ConcurrentUpdate(PlacementError):
    """Somebody else changed it first."""

    def __init__(
        self,
        text: str = ("Another thread concurrently updated the data. Please retry your update"),
    ) -> None:
        super().__init__(text)


class ProviderChanged(ConcurrentUpdate):
    def __init__(self) -> None:
        super().__init__(
            "Another thread concurrently updated the resource provider data. "
            "Please retry your update"
        )


class ConsumerGenerationConflict(ConcurrentUpdate):
    def __init__(self, expected: int | None, got: int | None) -> None:
        shown = "null" if expected is None else expected
        super().__init__(f"consumer generation conflict - expected {shown} but got {got}")


class ProviderRefused(PlacementError):
    """A provider cannot be made or changed so."""

    def __init__(self, action: str, reason: str) -> None:
        super().__init__(f"Object action {action} failed because: {reason}")


class DuplicateProvider(PlacementError):
    """The text is what is there already."""


class ProviderInUse(PlacementError):
    def __init__(self) -> None:
        super().__init__("Resource provider has allocations.")


class ProviderHasChildren(PlacementError):
    def __init__(self) -> None:
        super().__init__(
            "Cannot delete resource provider that is a parent of another. "
            "Delete child providers first."
        )


class InvalidInventory(PlacementError):
    def __init__(self, resource_class: str, provider: str) -> None:
        super().__init__(
            f"Inventory for '{resource_class}' on resource provider '{provider}' invalid."
        )


class InventoryCapacityInvalid(PlacementError):
    """More is reserved than there is; up to 1.25 all of it may not be reserved either."""

    def __init__(self, resource_class: str, provider: str, *, may_be_total: bool) -> None:
        relation = "greater than" if may_be_total else "greater than or equal to"
        super().__init__(
            f"Invalid inventory for '{resource_class}' on resource provider '{provider}'. "
            f"The reserved value is {relation} total."
        )


class InventoryInUse(PlacementError):
    def __init__(self, resource_classes: str, provider: str) -> None:
        super().__init__(
            f"Inventory for '{resource_classes}' on resource provider '{provider}' in use."
        )


class CapacityExceeded(InvalidInventory):
    def __init__(self, resource_class: str, provider: str) -> None:
        PlacementError.__init__(
            self,
            f"Unable to create allocation for '{resource_class}' on resource provider "
            f"'{provider}'. The requested amount would exceed the capacity.",
        )


class ConstraintsViolated(InvalidInventory):
    def __init__(self, resource_class: str, provider: str) -> None:
        PlacementError.__init__(
            self,
            f"Unable to create allocation for '{resource_class}' on resource provider "
            f"'{provider}'. The requested amount would violate inventory constraints.",
        )


class AllocationProviderNotFound(PlacementError):
    def __init__(self, uuid: str) -> None:
        super().__init__(f"Allocation for resource provider '{uuid}' that does not exist.")


class ResourceClassExists(PlacementError):
    def __init__(self, name: str) -> None:
        super().__init__(f"Resource class {name} already exists.")


class ResourceClassStandard(PlacementError):
    def __init__(self, name: str, action: str) -> None:
        super().__init__(f"Cannot {action} standard resource class {name}.")


class ResourceClassInUse(PlacementError):
    def __init__(self, name: str) -> None:
        super().__init__(f"Cannot delete resource class {name}. Class is in use in inventory.")


class TraitStandard(PlacementError):
    def __init__(self, name: str) -> None:
        super().__init__(f"Cannot delete standard trait {name}.")


class TraitInUse(PlacementError):
    def __init__(self, name: str) -> None:
        super().__init__(f"The trait {name} is in use by a resource provider.")
