"""Images: records and their properties, tags and states.  /v2/images"""

import re
from typing import Any
from urllib.parse import urlencode

from django.http.response import HttpResponseBase

from cloud.image import images, queries, store, uploads
from cloud.image.api import patches
from cloud.image.api.base import ImageServiceViewSet
from cloud.image.api.schemas import VALID_IMAGE, validate
from cloud.image.errors import BadRequest, Conflict, Forbidden, NotFound
from cloud.image.models import Image, Task
from versioned.operation import operation

DEFAULT_LIMIT = 25
MOST = 1000
_DISALLOWED = ("direct_url", "self", "file", "schema", "stores")
_BASE = (
    "checksum", "created_at", "container_format", "disk_format", "id", "min_disk", "min_ram",
    "name", "size", "virtual_size", "status", "owner", "updated_at", "visibility", "protected",
    "os_hidden",
)  # fmt: skip
_UNSETTABLE = ("created_at", "updated_at", "status", "checksum", "size", "virtual_size",
               "os_hash_algo", "os_hash_value")  # fmt: skip
_FLAGS = {"true": True, "false": False}


def render(row: dict[str, Any]) -> dict[str, Any]:
    """An image as Glance shows it: custom properties stand beside the others."""
    shown = {name: "" if value is None and name not in ("kernel_id", "ramdisk_id") else value
             for name, value in row["properties"].items()}  # fmt: skip
    for name in ("name", "disk_format", "container_format", "visibility", "size", "virtual_size",
                 "status", "checksum", "protected", "min_ram", "min_disk", "owner", "os_hidden",
                 "os_hash_algo", "os_hash_value", "id", "created_at", "updated_at"):  # fmt: skip
        shown[name] = row[name]
    path = f"/v2/images/{row['id']}"
    shown |= {
        "tags": row["tags"],
        "self": path,
        "file": f"{path}/file",
        "schema": "/v2/schemas/image",
    }
    if row["checksum"] is not None:
        shown["stores"] = store.STORE
    return shown


class ImagesViewSet(ImageServiceViewSet):
    """/v2/images and /v2/images/{image_id}"""

    @operation(policy="get_images")
    def list(self, request: Any) -> Any:
        params = request.params
        asked = {name: values[-1] for name, values in params.items()}
        limit = _limit(asked.pop("limit", None))
        marker = asked.pop("marker", None)
        member_status = asked.pop("member_status", "accepted")
        if member_status not in ("pending", "accepted", "rejected", "all"):
            raise BadRequest(f"Invalid status: {member_status}")
        for name in ("sort", "sort_key", "sort_dir", "tag"):
            asked.pop(name, None)
        rows = queries.listed(
            self.context,
            filters=_filters(asked),
            tags=[tag.strip() for tag in params.get("tag", ())],
            member_status=member_status,
            sort=_sort(params),
            marker=marker,
            limit=limit,
        )
        flat = {name: values[-1] for name, values in params.items() if name != "marker"}
        query = urlencode(flat)
        body = {
            "images": [render(row) for row in rows],
            "first": "/v2/images" + (f"?{query}" if query else ""),
            "schema": "/v2/schemas/images",
        }
        if rows and len(rows) == limit:
            body["next"] = "/v2/images?" + urlencode({**flat, "marker": rows[-1]["id"]})
        return body

    @operation(policy="add_image", target="found", status=201)
    def create(self, request: Any) -> Any:
        given = self.body()
        for name in _DISALLOWED:
            if name in given:
                raise Forbidden(f"Attribute '{name}' is read-only.")
        validate(VALID_IMAGE, given)
        given = dict(given)
        tags = given.pop("tags", [])
        values = {name: given.pop(name) for name in _BASE if name in given}
        for name in given:
            if len(name) > 255:
                raise BadRequest("Custom property should not be greater than 255 characters.")
            images.check_name(name)
        values.setdefault("owner", self.context.project_id)
        self._authorize_new(values)
        for name in _UNSETTABLE:
            if name in values or name in given:
                raise Forbidden(f"Attribute '{name}' is read-only.")
        if "locations" in given:
            raise Forbidden("Attribute 'locations' is reserved.")
        image_id = images.create(
            {name: value for name, value in values.items() if name != "id"},
            image_id=values.get("id"),
            properties=given,
            tags=tags,
        )
        return self.json(
            render(queries.find(self.context, image_id)),
            201,
            Location=f"/v2/images/{image_id}",
            OpenStack_image_import_methods=",".join(uploads.IMPORT_METHODS),
            OpenStack_image_store_ids=store.STORE,
        )

    def _authorize_new(self, values: dict[str, Any]) -> None:
        target = {"owner": values["owner"], "visibility": values.get("visibility", "private")}
        try:
            self.authorize(target)
        except Forbidden:
            if values["owner"] != self.context.project_id:
                raise Forbidden(
                    f"You are not permitted to create images owned by '{values['owner']}'"
                ) from None
            raise
        self._authorize_visibility(target, values.get("visibility"))

    def _authorize_visibility(self, target: dict[str, Any], visibility: Any) -> None:
        if visibility == "public":
            self.enforce("publicize_image", target)
        elif visibility == "community":
            self.enforce("communitize_image", target)

    @operation(policy="get_image", target="found")
    def retrieve(self, request: Any, image_id: str) -> Any:
        return render(self.found(image_id))

    @operation(policy="modify_image", target="found")
    def update(self, request: Any, image_id: str) -> Any:
        changes = patches.read(request.META.get("CONTENT_TYPE", ""), self.body)
        image = self.find(image_id)
        rule, self.rule = self.rule, None
        for change in changes:
            if change["name"] == "locations":
                raise Forbidden(
                    "It's not allowed to "
                    f"{'update' if change['op'] == 'replace' else change['op']} locations if "
                    "locations are invisible."
                )
            if change["name"] == "visibility" and change["op"] != "remove":
                self._authorize_visibility(image, change["value"])
            self.enforce(str(rule), image)
        if changes:
            images.change(image_id, changes, is_admin=self.context.is_admin)
        # The image may have been given to another project by this very change.
        row = Image.objects.filter(pk=image_id).values(*queries.COLUMNS).first()
        if row is None:
            raise NotFound(f"No image found with ID {image_id}")
        return render(queries.complete([row])[0])

    @operation(policy="delete_image", target="found", status=204)
    def destroy(self, request: Any, image_id: str) -> None:
        try:
            self.found(image_id)
        except NotFound:
            raise NotFound(f"Failed to find image {image_id} to delete") from None
        images.delete(image_id)

    @operation(policy="deactivate", target="found", status=204)
    def deactivate(self, request: Any, image_id: str) -> None:
        self.found(image_id)
        images.deactivate(image_id)

    @operation(policy="reactivate", target="found", status=204)
    def reactivate(self, request: Any, image_id: str) -> None:
        self.found(image_id)
        images.reactivate(image_id)

    @operation(policy="get_image", target="found")
    def tasks(self, request: Any, image_id: str) -> Any:
        try:
            self.found(image_id)
        except NotFound:
            raise NotFound from None
        found = Task.objects.filter(image_id=image_id).order_by("created_at", "id").values()
        return {"tasks": [{**task, "deleted": False, "deleted_at": None} for task in found]}


class TagsViewSet(ImageServiceViewSet):
    """/v2/images/{image_id}/tags/{tag}"""

    def _found(self, image_id: str) -> None:
        try:
            self.found(image_id)
        except NotFound:
            raise NotFound(f"Image {image_id} not found.") from None

    @operation(policy="modify_image", target="found", status=204)
    def update(self, request: Any, image_id: str, tag: str) -> None:
        validate(VALID_IMAGE, {"tags": [tag]})
        self._found(image_id)
        images.add_tag(image_id, tag)

    @operation(policy="modify_image", target="found", status=204)
    def destroy(self, request: Any, image_id: str, tag: str) -> None:
        self._found(image_id)
        images.remove_tag(image_id, tag)


class StoreViewSet(ImageServiceViewSet):
    """/v2/stores/{store_id}/{image_id}"""

    @operation(policy="delete_image_location", target="found", status=204)
    def destroy(self, request: Any, store_id: str, image_id: str) -> HttpResponseBase:
        if store_id != store.STORE:
            raise Conflict(f"The selected store {store_id} is not available on this node.")
        try:
            image = self.found(image_id)
        except NotFound:
            raise NotFound(f"Failed to find image {image_id}") from None
        if image["status"] != "active":
            raise Conflict(
                "It's not allowed to remove image data from store if image status is not 'active'"
            )
        raise Forbidden(
            "Cannot delete image data from the only store containing it. Consider deleting the "
            "image instead."
        )


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not re.fullmatch(r"\s*[+-]?\d+\s*", text):
        raise BadRequest("limit param must be an integer")
    if int(text) < 0:
        raise BadRequest("limit param must be positive")
    return min(int(text), MOST)


def _filters(asked: dict[str, str]) -> dict[str, Any]:
    visibility = asked.get("visibility")
    if visibility and visibility not in ("community", "public", "private", "shared", "all"):
        raise BadRequest(f"Invalid visibility value: {visibility}")
    if asked.get("changes-since"):
        raise BadRequest('The "changes-since" filter is no longer available on v2.')
    found: dict[str, Any] = dict(asked)
    if not visibility:
        found.pop("visibility", None)
    hidden = asked.get("os_hidden", "false").lower()
    if hidden not in _FLAGS:
        raise BadRequest(
            f"Invalid value '{hidden}' for 'os_hidden' filter. Valid values are 'true' or 'false'."
        )
    found["os_hidden"] = _FLAGS[hidden]
    if "protected" in asked:
        if asked["protected"] not in _FLAGS:
            raise BadRequest(
                f"Invalid value '{asked['protected']}' for 'protected' filter. Valid values are "
                "'true' or 'false'."
            )
        found["protected"] = _FLAGS[asked["protected"]]
    return found


def _sort(params: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Read both syntaxes: `sort=name:asc,size`, and sort_key with sort_dir, one or one each."""
    if "sort" in params:
        if "sort_key" in params or "sort_dir" in params:
            raise BadRequest("Old and new sorting syntax cannot be combined")
        pairs = [part.partition(":")[::2] for part in params["sort"][-1].strip().split(",")]
        return [(_key(key.strip()), _way((way or "desc").strip())) for key, way in pairs]
    keys = [_key(key.strip()) for key in params.get("sort_key", ())]
    ways = [_way(way.strip()) for way in params.get("sort_dir", ())]
    if len(ways) > 1 and len(ways) != len(keys):
        raise BadRequest("Number of sort dirs does not match the number of sort keys")
    keys = keys or ["created_at"]
    ways = ways or ["desc"]
    return list(zip(keys, ways if len(ways) == len(keys) else ways * len(keys), strict=False))


def _key(key: str) -> str:
    if key not in queries.SORT_KEYS:
        raise BadRequest(
            f"Invalid sort key: {key}. It must be one of the following: "
            f"{', '.join(queries.SORT_KEYS)}."
        )
    return key


def _way(way: str) -> str:
    if way not in ("asc", "desc"):
        raise BadRequest(f"Invalid sort direction: {way}")
    return way
