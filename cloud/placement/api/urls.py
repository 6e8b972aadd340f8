"""Every path of Placement, and what answers there."""

from django.urls import re_path

from cloud.placement.api.aggregates import AggregatesViewSet
from cloud.placement.api.allocation_candidates import AllocationCandidatesViewSet
from cloud.placement.api.allocations import (
    AllocationsViewSet,
    ConsumerAllocationsViewSet,
    ProviderAllocationsViewSet,
)
from cloud.placement.api.inventories import InventoriesViewSet, InventoryViewSet
from cloud.placement.api.reshaper import ReshaperViewSet
from cloud.placement.api.resource_classes import OneResourceClassViewSet, ResourceClassViewSet
from cloud.placement.api.resource_providers import ResourceProviderViewSet
from cloud.placement.api.root import NowhereViewSet, RootViewSet
from cloud.placement.api.traits import OneTraitViewSet, ProviderTraitsViewSet, TraitViewSet
from cloud.placement.api.usages import ProviderUsagesViewSet, UsagesViewSet
from versioned.routes import route

PROVIDER = "/resource_providers/{uuid}"

urlpatterns = [
    route("", RootViewSet, get="retrieve"),
    route("/", RootViewSet, get="retrieve"),
    route("/resource_classes", ResourceClassViewSet, get="list", post="create"),
    route(
        "/resource_classes/{name}",
        OneResourceClassViewSet,
        get="retrieve",
        put="update",
        delete="destroy",
    ),
    route("/resource_providers", ResourceProviderViewSet, get="list", post="create"),
    route(PROVIDER, ResourceProviderViewSet, get="retrieve", delete="destroy", put="update"),
    route(
        f"{PROVIDER}/inventories",
        InventoriesViewSet,
        get="list",
        post="create",
        put="update",
        delete="destroy",
    ),
    route(
        f"{PROVIDER}/inventories/{{resource_class}}",
        InventoryViewSet,
        get="retrieve",
        put="update",
        delete="destroy",
    ),
    route(f"{PROVIDER}/usages", ProviderUsagesViewSet, get="list"),
    route(f"{PROVIDER}/aggregates", AggregatesViewSet, get="list", put="update"),
    route(f"{PROVIDER}/allocations", ProviderAllocationsViewSet, get="list"),
    route(
        f"{PROVIDER}/traits",
        ProviderTraitsViewSet,
        get="list",
        put="update",
        delete="destroy",
    ),
    route("/allocations", AllocationsViewSet, post="create"),
    route(
        "/allocations/{uuid}",
        ConsumerAllocationsViewSet,
        get="retrieve",
        put="update",
        delete="destroy",
    ),
    route("/allocation_candidates", AllocationCandidatesViewSet, get="list"),
    route("/traits", TraitViewSet, get="list"),
    route("/traits/{name}", OneTraitViewSet, get="retrieve", put="update", delete="destroy"),
    route("/usages", UsagesViewSet, get="list"),
    route("/reshaper", ReshaperViewSet, post="create"),
    re_path("^/", NowhereViewSet.as_view(dict.fromkeys(NowhereViewSet.METHODS, "nowhere"))),
]
