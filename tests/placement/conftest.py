"""A client of Placement, and small worlds to ask about."""

import json
from uuid import uuid4

import pytest
from django.test import Client


class Answer:
    def __init__(self, response):
        self.status = response.status_code
        self.headers = response.headers
        self.text = response.content.decode()

    def __repr__(self):
        return f"{self.status} {self.text}"

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def error(self):
        (error,) = self.json["errors"]
        return error

    @property
    def detail(self):
        return self.error["detail"]


class Placement:
    """`placement.get("/traits", "1.6")`; without a version, the newest."""

    def __init__(self):
        self.client = Client(raise_request_exception=True)

    def ask(self, method, path, body=None, version="1.39", roles="admin", **headers):
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if version is not None:
            sent["OpenStack-API-Version"] = f"placement {version}"
        if roles is not None:
            sent["X-Roles"] = roles
        content, kind = b"", ""
        if body is not None:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            kind = "application/json"
        return Answer(
            self.client.generic(
                method, f"/placement{path}", content, content_type=kind, headers=sent
            )
        )

    def get(self, path, version="1.39", **how):
        return self.ask("GET", path, None, version, **how)

    def put(self, path, body=None, version="1.39", **how):
        return self.ask("PUT", path, body, version, **how)

    def post(self, path, body=None, version="1.39", **how):
        return self.ask("POST", path, body, version, **how)

    def delete(self, path, version="1.39", **how):
        return self.ask("DELETE", path, None, version, **how)

    # Worlds

    def provider(self, parent=None, traits=(), aggregates=(), name=None, **totals):
        """Make a provider; `VCPU=8` or `VCPU={"total": 8, "max_unit": 2}` are inventories."""
        uuid = str(uuid4())
        body = {"name": name or uuid, "uuid": uuid, "parent_provider_uuid": parent}
        assert self.post("/resource_providers", body).status == 200
        generation = 0
        inventories = {
            kind: total if isinstance(total, dict) else {"total": total}
            for kind, total in totals.items()
        }
        for path, key, value in (
            ("inventories", "inventories", inventories),
            ("traits", "traits", list(traits)),
            ("aggregates", "aggregates", list(aggregates)),
        ):
            if value:
                answer = self.put(
                    f"/resource_providers/{uuid}/{path}",
                    {"resource_provider_generation": generation, key: value},
                )
                assert answer.status == 200, answer
                generation += 1
        return uuid

    def generation(self, uuid):
        return self.get(f"/resource_providers/{uuid}").json["generation"]

    def claim(self, consumer, held, generation=None, kind="INSTANCE"):
        """PUT allocations: `held` is {provider: {"VCPU": 1}}."""
        body = {
            "allocations": {uuid: {"resources": one} for uuid, one in held.items()},
            "project_id": "p",
            "user_id": "u",
            "consumer_generation": generation,
            "consumer_type": kind,
        }
        return self.put(f"/allocations/{consumer}", body)

    def candidates(self, query, version="1.39"):
        """Each candidate as {provider: {resource class: amount}}."""
        answer = self.get(f"/allocation_candidates?{query}", version)
        assert answer.status == 200, answer
        return [
            {uuid: one["resources"] for uuid, one in request["allocations"].items()}
            for request in answer.json["allocation_requests"]
        ]


@pytest.fixture
def placement(db, settings):
    settings.ROOT_URLCONF = "tests.placement.alone"
    settings.MIDDLEWARE = ["tests.placement.alone.Who"]
    return Placement()


@pytest.fixture
def consumer():
    return str(uuid4())
