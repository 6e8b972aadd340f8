"""Images: records and their properties, tags and states.  /v2/images"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http.response import HttpResponseBase

from cloud.image import images, policies, queries, store, uploads
from cloud.image.api import patches
from cloud.image.api.base import ImageServiceViewSet, Without405
from cloud.image.api.queries import Asked
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
_AS_GIVEN = ("owner", "min_disk", "min_ram")
_FLAGS = {"true": True, "false": False}


def render(row: dict[str, Any], *, is_admin: bool) -> dict[str, Any]:
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
    # Glance: where a deactivated image is only administrators are told.
    if row["checksum"] is not None and (is_admin or row["status"] != "deactivated"):
        shown["stores"] = store.STORE
    return shown


class ImagesViewSet(ImageServiceViewSet):
    """/v2/images and /v2/images/{image_id}"""

    ignores = frozenset({"list"})

    def render(self, row: dict[str, Any]) -> dict[str, Any]:
        return render(row, is_admin=self.context.is_admin)

    @operation(policy="get_images", target="found")
    def list(self, request: Any) -> Any:
        asked = self.asked()
        flat = {name: value for name, value in dict(asked).items() if name != "marker"}
        limit = asked.take("limit")
        marker = asked.take("marker")
        member_status = asked.take("member_status", "accepted")
        tags = [tag.strip() for tag in asked.take_all("tag")]
        _check_filters(asked)
        if member_status not in ("pending", "accepted", "rejected", "all"):
            raise BadRequest(f"Invalid status: {member_status}")
        most = None if limit is None else _limit(limit)
        sort = _sort(asked)
        visibility = asked.take("visibility")
        filters = _filters(asked)
        self.authorize()
        most = DEFAULT_LIMIT if most is None else min(most, MOST)
        rows = queries.listed(
            self.context,
            visibility=visibility,
            filters=filters,
            tags=tags or list(asked.take("tags") or ""),
            member_status=member_status,
            sort=sort,
            marker=marker,
            limit=most,
        )
        query = urlencode(flat)
        body = {
            "images": [self.render(row) for row in rows],
            "first": "/v2/images" + (f"?{query}" if query else ""),
            "schema": "/v2/schemas/images",
        }
        if rows and len(rows) == most:
            body["next"] = "/v2/images?" + urlencode({**flat, "marker": rows[-1]["id"]})
        return body

    @operation(policy="add_image", target="found", status=201)
    def create(self, request: Any) -> Any:
        given = self.object_body()
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
            if images.is_reserved(name):
                raise Forbidden(detail=f"Attribute '{name}' is reserved.")
        values.setdefault("owner", self.context.project_id)
        self._authorize_new(values)
        image_id = images.create(
            {name: value for name, value in values.items() if name != "id"},
            image_id=values.get("id"),
            properties=given,
            tags=tags,
        )
        row = Image.objects.filter(pk=image_id).values(*queries.COLUMNS).get()
        # Glance: what is shown is what was given, before the database made its own of it.
        row |= {name: values[name] for name in _AS_GIVEN if name in values}
        return self.json(
            self.render(queries.complete([row])[0]),
            201,
            Location=request._request.build_absolute_uri(f"/v2/images/{image_id}"),
            OpenStack_image_import_methods=",".join(uploads.IMPORT_METHODS),
            # Glance: among them are those that it keeps for itself.
            OpenStack_image_store_ids=",".join((store.STORE, *store.RESERVED)),
        )

    def _authorize_new(self, values: dict[str, Any]) -> None:
        target = {"owner": values["owner"], "visibility": values.get("visibility", "private")}
        try:
            self.authorize(target)
        except Forbidden:
            if values["owner"] != self.context.project_id:
                raise Forbidden(
                    detail=f"You are not permitted to create images owned by '{values['owner']}'"
                ) from None
            raise
        self._authorize_visibility(target, target["visibility"])

    def _authorize_visibility(self, target: Mapping[str, Any], visibility: Any) -> None:
        # Glance: this tells even those who may not see the image that they may not.
        if visibility == "public":
            policies.enforce("publicize_image", self.context, target)
        elif visibility == "community":
            policies.enforce("communitize_image", self.context, target)

    @operation(policy="get_image", target="found")
    def retrieve(self, request: Any, image_id: str) -> Any:
        return self.render(self.found(image_id))

    @operation(policy="modify_image", target="found")
    def update(self, request: Any, image_id: str) -> Any:
        changes = patches.read(request.META.get("CONTENT_TYPE", ""), self.body)
        image = self.find(image_id)
        rule, self.rule = self.rule, None

        def allowed(change: Mapping[str, Any], owner: str | None) -> None:
            # Glance: each change is asked of the image as those before have left it.
            target = {**image, "owner": owner}
            if change["name"] == "locations":
                self._refuse_locations(change, target)
            if change["name"] == "visibility":
                self._authorize_visibility(target, change["value"])
            self.enforce(str(rule), target)

        if not changes:
            return self.render(image)
        images.change(image_id, changes, is_admin=self.context.is_admin, allowed=allowed)
        try:
            row = self.find(image_id)
        except NotFound:
            # Glance: the image was given to another project by this very change, which stands.
            raise Forbidden(f"Forbidding request, image {image_id} not visible") from None
        given = {change["name"]: change["value"] for change in changes}
        row |= {name: given[name] for name in _AS_GIVEN if given.get(name) is not None}
        return self.render(row)

    def _refuse_locations(self, change: Mapping[str, Any], target: Mapping[str, Any]) -> None:
        """Say no to what is done to locations, which nobody sees."""
        op = change["op"]
        if op == "replace" and not change["value"]:
            raise Forbidden(detail="Cannot set locations to empty list.")
        self.enforce("delete_image_location" if op == "remove" else "set_image_location", target)
        verb = "update" if op == "replace" else op
        raise Forbidden(f"It's not allowed to {verb} locations if locations are invisible.")

    @operation(policy="delete_image", target="found", status=204)
    def destroy(self, request: Any, image_id: str) -> None:
        try:
            image = self.find(image_id)
        except NotFound:
            raise NotFound(f"Failed to find image {image_id} to delete") from None
        self.authorize(image)
        images.delete(image_id)

    @operation(policy="deactivate", target="found", status=204)
    def deactivate(self, request: Any, image_id: str) -> None:
        self.found(image_id)
        images.deactivate(image_id)

    @operation(policy="reactivate", target="found", status=204)
    def reactivate(self, request: Any, image_id: str) -> None:
        self.found(image_id)
        images.reactivate(image_id)


class ImageTasksViewSet(Without405):
    """/v2/images/{image_id}/tasks"""

    @operation(policy="get_image", target="found")
    def list(self, request: Any, image_id: str) -> Any:
        try:
            self.found(image_id)
        except NotFound:
            raise NotFound from None
        found = Task.objects.filter(image_id=image_id).order_by("created_at", "id").values()
        return {"tasks": [{**task, "deleted": False, "deleted_at": None} for task in found]}


class TagsViewSet(ImageServiceViewSet):
    """/v2/images/{image_id}/tags/{tag}"""

    parses = frozenset()

    def _found(self, image_id: str) -> None:
        try:
            image = self.find(image_id)
        except NotFound:
            raise NotFound(f"Image {image_id} not found.") from None
        self.authorize(image)

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
        if store_id not in (store.STORE, *store.RESERVED):
            raise Conflict(f"The selected store {store_id} is not available on this node.")
        try:
            image = self.find(image_id)
        except NotFound:
            raise NotFound(f"Failed to find image {image_id}") from None
        self.enforce("get_image_location", image)
        self.authorize(image)
        if image["status"] != "active":
            raise Conflict(
                "It's not allowed to remove image data from store if image status is not 'active'"
            )
        raise Forbidden(
            "Cannot delete image data from the only store containing it. Consider deleting the "
            "image instead."
        )


def _limit(text: str) -> int:
    try:
        limit = int(text)
    except ValueError:
        raise BadRequest("limit param must be an integer") from None
    if limit < 0:
        raise BadRequest("limit param must be positive")
    return limit


def _check_filters(asked: Asked) -> None:
    """Refuse what the last of a filter's values cannot be."""
    visibility = asked.last("visibility")
    if visibility and visibility not in ("community", "public", "private", "shared", "all"):
        raise BadRequest(f"Invalid visibility value: {visibility}")
    if asked.last("changes-since"):
        raise BadRequest('The "changes-since" filter is no longer available on v2.')


def _filters(asked: Asked) -> dict[str, Any]:
    """The filters by name, the last value of each; of `visibility`, the second."""
    hidden, protected = asked.last("os_hidden"), asked.last("protected")
    flags = {"os_hidden": "false" if hidden is None else hidden.lower()}
    if protected is not None:
        flags["protected"] = protected
    for name, value in flags.items():
        if value not in _FLAGS:
            raise BadRequest(
                f"Invalid value '{value}' for '{name}' filter. Valid values are 'true' or 'false'."
            )
    # Glance: deleted ones are never listed, whatever is asked.
    others = ("deleted", "changes-since", "tags")
    found: dict[str, Any] = {name: value for name, value in asked if name not in others}
    return found | {name: _FLAGS[value] for name, value in flags.items()}


def _sort(asked: Asked) -> list[tuple[str, str]]:
    """Read both syntaxes: `sort=name:asc,size`, and sort_key with sort_dir, one or one each."""
    if asked.last("sort") is not None:
        if asked.last("sort_key") is not None or asked.last("sort_dir") is not None:
            raise BadRequest("Old and new sorting syntax cannot be combined")
        pairs = [part.partition(":")[::2] for part in (asked.take("sort") or "").strip().split(",")]
        return [(_key(key.strip()), _way((way or "desc").strip())) for key, way in pairs]
    keys = [_key(key.strip()) for key in asked.take_all("sort_key")]
    ways = [_way(way.strip()) for way in asked.take_all("sort_dir")]
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
