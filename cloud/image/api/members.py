"""Sharing images with other projects.  /v2/images/{image_id}/members"""

from typing import Any

from django.http import HttpResponse

from cloud.image import members
from cloud.image.api.base import ImageServiceViewSet
from cloud.image.errors import BadRequest, Forbidden, NotFound
from versioned.operation import operation


def render(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "member_id": row["member"],
        "image_id": row["image_id"],
        "status": row["status"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "schema": "/v2/schemas/member",
    }


def _is_too_long(number: Any) -> bool:
    return isinstance(number, int) and not -(2**63) <= number < 2**63


class MembersViewSet(ImageServiceViewSet):
    """/v2/images/{image_id}/members"""

    def _shared(self, image_id: str) -> dict[str, Any]:
        try:
            image = self.find(image_id)
        except NotFound:
            raise NotFound(f"Image {image_id} not found.") from None
        if image["visibility"] != "shared":
            raise _NotShared("Only shared images have members.")
        return image

    @operation(policy="get_members", target="found")
    def list(self, request: Any, image_id: str) -> Any:
        try:
            image = self._shared(image_id)
        except _NotShared as exc:
            raise Forbidden(
                f"Not allowed to list members for image {image_id}: {exc.explanation}"
            ) from None
        self.authorize(image)
        # Glance: a project that the image is shared with sees no other such project.
        is_owner = self.context.is_admin or image["owner"] == self.context.project_id
        found = members.of_image(image_id, None if is_owner else self.context.project_id)
        return {"members": [render(row) for row in found], "schema": "/v2/schemas/members"}

    @operation(policy="add_member", target="found")
    def create(self, request: Any, image_id: str) -> Any:
        given = self.body()
        if not isinstance(given, dict):
            raise BadRequest('Expected a member in the form: {"member": "image_id"}')
        if "member" not in given:
            raise BadRequest("Member to be added not specified")
        if not given["member"]:
            raise BadRequest("Member can't be empty")
        try:
            image = self._shared(image_id)
        except _NotShared:
            raise Forbidden(f"Not allowed to create members for image {image_id}.") from None
        self.authorize(image)
        project_id = given["member"]
        if isinstance(project_id, (list, dict)) or _is_too_long(project_id):
            # Glance: its database fails on what it takes for no text.
            raise BadRequest("The member must be the id of a project.")
        return render(members.add(image_id, project_id))

    @operation(policy="get_member", target="found")
    def retrieve(self, request: Any, image_id: str, member_id: str) -> Any:
        try:
            image = self._shared(image_id)
            self.authorize(image)
        except Forbidden as exc:
            raise NotFound(exc.explanation) from None
        return render(self._member(image, member_id))

    def _member(self, image: dict[str, Any], member_id: str) -> dict[str, Any]:
        self.enforce("get_member", image)
        is_owner = self.context.is_admin or image["owner"] == self.context.project_id
        found = members.of_image(image["id"], member_id)
        if not found or not (is_owner or member_id == self.context.project_id):
            raise members.not_a_member(image["id"], member_id)
        return found[0]

    @operation(policy="modify_member", target="found")
    def update(self, request: Any, image_id: str, member_id: str) -> Any:
        given = self.body()
        if not isinstance(given, dict):
            raise BadRequest('Expected a status in the form: {"status": "status"}')
        if "status" not in given:
            raise BadRequest("Status not specified")
        try:
            image = self._shared(image_id)
        except _NotShared:
            raise Forbidden(f"Not allowed to update members for image {image_id}.") from None
        self._member(image, member_id)
        self.authorize(image)
        return render(members.answer(image_id, member_id, given["status"]))

    @operation(policy="delete_member", target="found", status=204)
    def destroy(self, request: Any, image_id: str, member_id: str) -> HttpResponse:
        try:
            image = self._shared(image_id)
        except _NotShared:
            raise Forbidden(f"Not allowed to delete members for image {image_id}.") from None
        self._member(image, member_id)
        self.authorize(image)
        members.remove(image_id, member_id)
        response = HttpResponse(status=204)
        del response.headers["Content-Type"]
        response.headers["Content-Length"] = "0"
        return response


class _NotShared(Forbidden):
    """The image has no members, as it is not shared."""
