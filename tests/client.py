"""The Compute API in process, through the whole chain, as one of the cast."""

import json

from django.test import Client


class Answer:
    """A response: its status, headers, text and JSON."""

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
        """The sentence of a fault."""
        (fault,) = self.json.values()
        return fault["message"]


class Api:
    """`api.get("/servers", version="2.90")`; `api.as_("carol")` and `api.at("2.47")` are others."""

    def __init__(self, who="alice", version="2.1", base="/v2.1", client=None):
        self.who, self.version, self.base = who, version, base
        self.client = client or Client(raise_request_exception=False)

    def as_(self, who):
        return Api(who, self.version, self.base, self.client)

    def at(self, version):
        return Api(self.who, version, self.base, self.client)

    @property
    def legacy(self):
        return Api(self.who, None, "/v2", self.client)

    def ask(self, method, path, body=None, *, version=None, headers=None, raw=None):
        sent = dict(headers or {})
        if self.who is not None:
            sent.setdefault("X-Auth-Token", self.who)
        version = version or self.version
        if version is not None:
            sent.setdefault("OpenStack-API-Version", f"compute {version}")
        content = json.dumps(body) if raw is None and body is not None else raw or ""
        response = self.client.generic(
            method,
            self.base + path if path.startswith("/") else path,
            content,
            sent.pop("Content-Type", "application/json") if content else "",
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
