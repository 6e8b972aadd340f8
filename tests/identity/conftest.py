"""Identity as its users see it: logged in, over HTTP."""

import json

import pytest
from django.test import Client

from cloud.identity.seed import seed


class Answer:
    """A response: its status, headers and JSON."""

    def __init__(self, response):
        self.status = response.status_code
        self.headers = response.headers
        self.body = response.content
        is_json = response.headers.get("Content-Type", "").startswith("application/json")
        self.json = json.loads(response.content) if response.content and is_json else None

    def __repr__(self):
        return f"{self.status} {self.body!r}"

    @property
    def error(self):
        return self.json["error"]["message"]


class Keystone:
    """`keystone.get("/users")` as whoever logged in."""

    def __init__(self, token=None):
        self.token = token

    def ask(self, method, path, body=None, **headers):
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("X-Auth-Token", self.token)
        return Answer(
            Client(raise_request_exception=False).generic(
                method,
                path if path.startswith("/identity") else f"/identity/v3{path}",
                "" if body is None else json.dumps(body),
                "application/json",
                headers=sent,
            )
        )

    def get(self, path, **how):
        return self.ask("GET", path, **how)

    def head(self, path, **how):
        return self.ask("HEAD", path, **how)

    def post(self, path, body=None, **how):
        return self.ask("POST", path, body, **how)

    def put(self, path, body=None, **how):
        return self.ask("PUT", path, body, **how)

    def patch(self, path, body=None, **how):
        return self.ask("PATCH", path, body, **how)

    def delete(self, path, **how):
        return self.ask("DELETE", path, **how)

    def authenticate(self, identity, scope=None, query=""):
        auth = {"identity": identity}
        if scope is not None:
            auth["scope"] = scope
        return Keystone().post(f"/auth/tokens{query}", {"auth": auth})

    def login(self, name, project=None, *, password="password", scope=None):
        """Somebody with a token: unscoped, for a project, or for another scope."""
        if project is not None:
            scope = {"project": {"name": project, "domain": {"id": "default"}}}
        answer = self.authenticate(by_password(name, password), scope)
        assert answer.status == 201, answer
        return Keystone(answer.headers["X-Subject-Token"])

    def subject(self, token, query=""):
        """What GET /auth/tokens says of a token."""
        return self.get(f"/auth/tokens{query}", X_Subject_Token=token)

    def make(self, kind, collection=None, **values):
        """Make something; its representation."""
        collection = collection or f"/{kind}s"
        answer = self.post(collection, {kind: values})
        assert answer.status == 201, answer
        return answer.json[kind]

    def id(self, collection, name):
        """The id of the thing with a name."""
        (found,) = self.get(f"/{collection}?name={name}").json[collection]
        return found["id"]


def by_password(name, password="password"):
    user = {"name": name, "password": password, "domain": {"id": "default"}}
    return {"methods": ["password"], "password": {"user": user}}


@pytest.fixture
def keystone(db):
    """A seeded Identity service, asked by nobody."""
    seed()
    return Keystone()


@pytest.fixture
def admin(keystone):
    """The administrator on project admin."""
    return keystone.login("admin", "admin")


@pytest.fixture
def demo(keystone):
    """A member of project demo."""
    return keystone.login("demo", "demo")
