"""Volume as its users see it: through the whole chain, as one of the cast."""

import json

import pytest
from django.test import Client

from cloud.volume.seed import seed

LATEST = "3.71"


class Answer:
    """A response: its status, headers and JSON."""

    def __init__(self, response):
        self.status = response.status_code
        self.headers = response.headers
        self.body = response.content

    def __repr__(self):
        return f"{self.status} {self.body!r}"

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        (fault,) = self.json.values()
        return fault["message"]


class Cinder:
    """`cinder.get("/volumes")` as Alice at the newest version; `as_`, `at` are others."""

    def __init__(self, who="alice", version=LATEST):
        self.who, self.version = who, version

    def as_(self, who):
        return Cinder(who, self.version)

    def at(self, version):
        return Cinder(self.who, version)

    def ask(self, method, path, body=None, **headers):
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent.setdefault("X-Auth-Token", self.who)
        if self.version is not None:
            sent.setdefault("OpenStack-API-Version", f"volume {self.version}")
        response = Client(raise_request_exception=False).generic(
            method,
            f"/volume/v3{path}",
            b"" if body is None else json.dumps(body).encode(),
            "application/json",
            headers=sent,
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

    def make(self, **values):
        """A volume of 1 GiB, or as told; its id."""
        answer = self.post("/volumes", {"volume": {"size": 1, **values}})
        assert answer.status == 202, answer
        return answer.json["volume"]["id"]

    def show(self, volume_id):
        return self.get(f"/volumes/{volume_id}").json["volume"]

    def act(self, volume_id, name, value=None):
        return self.post(f"/volumes/{volume_id}/action", {name: value})

    def snap(self, volume_id, **values):
        body = {"snapshot": {"volume_id": volume_id, **values}}
        answer = self.post("/snapshots", body)
        assert answer.status == 202, answer
        return answer.json["snapshot"]["id"]

    def reserve(self, volume_id, server_id, **values):
        body = {"volume_uuid": volume_id, "instance_uuid": server_id, **values}
        return self.post("/attachments", {"attachment": body})

    def attach(self, volume_id, server_id):
        """Attach as Compute does, in three steps; the attachment's id."""
        attachment_id = self.reserve(volume_id, server_id).json["attachment"]["id"]
        connector = {"host": "cmp1", "initiator": "iqn.x", "mountpoint": "/dev/vdb"}
        path = f"/attachments/{attachment_id}"
        assert self.put(path, {"attachment": {"connector": connector}}).status == 200
        assert self.post(f"{path}/action", {"os-complete": None}).status == 204
        return attachment_id


@pytest.fixture
def cinder(db, cast, settings):
    settings.ROOT_URLCONF = "tests.volume.urls"
    seed()
    return Cinder()


@pytest.fixture
def carol(cinder):
    return cinder.as_("carol")


@pytest.fixture
def admin(cinder):
    return cinder.as_("root")
