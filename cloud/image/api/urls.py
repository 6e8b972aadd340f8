"""Every path of Image, its view and its methods: the contents page."""

from django.urls import re_path

from cloud.image.api import metadef_contents as contents
from cloud.image.api import metadefs
from cloud.image.api.base import UnroutedViewSet
from cloud.image.api.cache import CachedImageViewSet, CacheViewSet
from cloud.image.api.data import DataViewSet, ImportViewSet, LocationsViewSet
from cloud.image.api.images import ImagesViewSet, ImageTasksViewSet, StoreViewSet, TagsViewSet
from cloud.image.api.info import (
    SCHEMAS,
    InfoViewSet,
    SchemasViewSet,
    UsageViewSet,
    VersionsViewSet,
)
from cloud.image.api.members import MembersViewSet
from cloud.image.api.tasks import TasksViewSet
from versioned.routes import route

METHODS = ("get", "post", "put", "patch", "delete")
MINOR = r"/v2\.(?:[0-9]|1[0-8])"
IMAGE = "/v2/images/{image_id}"
NAMESPACE = "/v2/metadefs/namespaces/{namespace}"

# fmt: off
urlpatterns = [
    route("", VersionsViewSet, **dict.fromkeys(METHODS, "choices")),
    route("/", VersionsViewSet, **dict.fromkeys(METHODS, "choices")),
    route("/versions(?:/.*)?", VersionsViewSet, **dict.fromkeys(METHODS, "list")),

    route("/healthcheck", VersionsViewSet, get="healthy"),

    route("/v2/images", ImagesViewSet, get="list", post="create"),
    route(IMAGE, ImagesViewSet, get="retrieve", patch="update", delete="destroy"),
    route(f"{IMAGE}/tasks", ImageTasksViewSet, get="list"),
    route(f"{IMAGE}/actions/deactivate", ImagesViewSet, post="deactivate"),
    route(f"{IMAGE}/actions/reactivate", ImagesViewSet, post="reactivate"),
    route(f"{IMAGE}/file", DataViewSet, get="download", put="upload"),
    route(f"{IMAGE}/stage", DataViewSet, put="stage"),
    route(f"{IMAGE}/import", ImportViewSet, post="create"),
    route(f"{IMAGE}/locations", LocationsViewSet, get="list", post="create"),
    route(f"{IMAGE}/tags/{{tag}}", TagsViewSet, put="update", delete="destroy"),
    route(f"{IMAGE}/members", MembersViewSet, get="list", post="create"),
    route(f"{IMAGE}/members/{{member_id}}", MembersViewSet,
          get="retrieve", put="update", delete="destroy"),
    route("/v2/stores/{store_id}/{image_id}", StoreViewSet, delete="destroy"),

    route("/v2/cache", CacheViewSet, get="list", delete="clear"),
    route("/v2/cache/nodes/{image_id}", CacheViewSet, get="nodes"),
    route("/v2/cache/clean", CacheViewSet, post="clean"),
    route("/v2/cache/prune", CacheViewSet, post="prune"),
    route("/v2/cache/{image_id}", CachedImageViewSet, put="create", delete="destroy"),

    route("/v2/tasks", TasksViewSet, get="list", post="create"),
    route("/v2/tasks/{task_id}", TasksViewSet, get="retrieve", delete="destroy"),

    route("/v2/info/import", InfoViewSet, get="imports"),
    route("/v2/info/stores", InfoViewSet, get="stores"),
    route("/v2/info/stores/detail", InfoViewSet, get="stores_detail"),
    route("/v2/info/usage", UsageViewSet, get="retrieve"),
    route(f"/v2/schemas/(?P<name>{'|'.join(SCHEMAS)})", SchemasViewSet, get="retrieve"),

    route("/v2/metadefs/resource_types", contents.ResourceTypesViewSet, get="known"),
    route("/v2/metadefs/namespaces", metadefs.NamespacesViewSet, get="list", post="create"),
    route(NAMESPACE, metadefs.NamespacesViewSet, get="retrieve", put="update", delete="destroy"),
    route(f"{NAMESPACE}/resource_types", contents.ResourceTypesViewSet, get="list", post="create"),
    route(f"{NAMESPACE}/resource_types/{{name}}", contents.ResourceTypesViewSet, delete="destroy"),
    route(f"{NAMESPACE}/objects", contents.ObjectsViewSet,
          get="list", post="create", delete="clear"),
    route(f"{NAMESPACE}/objects/{{name}}", contents.ObjectsViewSet,
          get="retrieve", put="update", delete="destroy"),
    route(f"{NAMESPACE}/properties", contents.PropertiesViewSet,
          get="list", post="create", delete="clear"),
    route(f"{NAMESPACE}/properties/{{name}}", contents.PropertiesViewSet,
          get="retrieve", put="update", delete="destroy"),
    route(f"{NAMESPACE}/tags", contents.TagsViewSet,
          get="list", post="replace", delete="clear"),
    route(f"{NAMESPACE}/tags/{{name}}", contents.TagsViewSet,
          get="retrieve", post="create", put="update", delete="destroy"),

    # Glance: everything else below /v2 is no resource.
    route("/v2/.*", UnroutedViewSet, get="nothing"),
]
# fmt: on
# Glance: a minor version in the path is the same API; elsewhere one may choose.
urlpatterns += [
    re_path(str(row.pattern.regex.pattern).replace("^/v2/", f"^{MINOR}/"), row.callback)
    for row in urlpatterns
    if str(row.pattern.regex.pattern).startswith("^/v2/")
]
urlpatterns += [
    re_path(f"^(?:/v2|{MINOR})$", VersionsViewSet.as_view(dict.fromkeys(METHODS, "redirected"))),
    re_path("^/.*$", VersionsViewSet.as_view(dict.fromkeys(METHODS, "choices"))),
]
