"""Image as its users see it: through the whole chain, as one of the cast."""

import json

import pytest
from django.test import Client

OLD_PATCH = "application/openstack-images-v2.0-json-patch"
PATCH = "application/openstack-images-v2.1-json-patch"
OCTETS = "application/octet-stream"


class Answer:
    """A response: its status, headers, bytes and JSON."""

    def __init__(self, response):
        self.status = response.status_code
        self.headers = response.headers
        self.body = b"".join(response) if response.streaming else response.content

    def __repr__(self):
        return f"{self.status} {self.body!r}"

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode()


class Glance:
    """`glance.get("/images")` as Alice; `glance.as_("carol")` is another."""

    def __init__(self, who="alice"):
        self.who = who

    def as_(self, who):
        return Glance(who)

    def ask(self, method, path, body=None, *, kind="application/json", **headers):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        response = Client(raise_request_exception=False).generic(
            method,
            f"/image/v2{path}",
            b"" if body is None else content,
            kind,
            headers={
                "X-Auth-Token": self.who,
                "Accept": "*/*",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )
        return Answer(response)

    def get(self, path, **how):
        return self.ask("GET", path, **how)

    def post(self, path, body=None, **how):
        return self.ask("POST", path, body, **how)

    def put(self, path, body=None, **how):
        return self.ask("PUT", path, body, **how)

    def delete(self, path, **how):
        return self.ask("DELETE", path, **how)

    def patch(self, image_id, *changes, kind=PATCH):
        return self.ask("PATCH", f"/images/{image_id}", list(changes), kind=kind)

    def make(self, **properties):
        """An image record; its id."""
        answer = self.post("/images", properties)
        assert answer.status == 201, answer
        return answer.json["id"]

    def fill(self, data=b"bytes", **properties):
        """An active image with data; its id."""
        image_id = self.make(**{"disk_format": "raw", "container_format": "bare", **properties})
        answer = self.put(f"/images/{image_id}/file", data, kind=OCTETS)
        assert answer.status == 204, answer
        return image_id

    def show(self, image_id):
        return self.get(f"/images/{image_id}").json

    def ids(self, query=""):
        return [image["id"] for image in self.get(f"/images{query}").json["images"]]


@pytest.fixture
def glance(db, cast, settings, tmp_path):
    settings.ROOT_URLCONF = "tests.image.urls"
    settings.IMAGE_STORE = tmp_path / "images"
    return Glance()


@pytest.fixture
def carol(glance):
    return glance.as_("carol")


@pytest.fixture
def admin(glance):
    return glance.as_("root")
