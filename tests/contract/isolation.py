"""What is asked of each neighbour on behalf of a stranger: every list and every member route.

The rows come from the route tables; belongings.yaml says what there is to be kept from strangers.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from cloud.identity.models import AccessToken, RequestToken
from tests.api.servers import settle
from tests.client import Api
from tests.contract.matrix import filled

SERVICES = ("identity", "image", "network", "volume", "placement")
VERSIONS = {"volume": "volume 3.70", "placement": "placement 1.39"}
# Ways in which a stranger may try to make a list longer.
TRICKS = ("", "?all_tenants=1", "?project_id=$PROJECT", "?tenant_id=$PROJECT", "?owner=$PROJECT")
# Volume: every path is there twice, without and with the project of who asks.
OWN = "/v3/{project_id}/"
_PLACE = re.compile(r"\{(\w+)\}")
_PATTERN = re.compile(r"\(\?P<(\w+)>[^()]+\)")


@dataclass(frozen=True)
class Row:
    """One method of one route, or one action."""

    service: str
    method: str
    path: str
    action: str | None = None

    def __str__(self):
        return f"{self.service}: {self.method} {self.path} {self.action or ''}".rstrip()

    @property
    def is_list(self):
        """Whether it asks for things of no one in particular."""
        return self.method == "GET" and not _places(self.path)

    @property
    def body(self):
        """What a stranger sends."""
        said = self._told("bodies")
        return {self.action: said} if self.action else said

    @property
    def answers(self):
        """How the service may say no."""
        told = self._told("answers")
        return {403, 404} if told is None else {told}

    @property
    def is_vain(self):
        """Whether even she is told of nothing."""
        told = belongings(self.service).get("nothing", ())
        return self.path in told or self._short in told

    @property
    def _short(self):
        return self.path.removeprefix(OWN).removeprefix("/v3/")

    def _told(self, about):
        told = belongings(self.service).get(about, {})
        for path in (self.path, self._short):
            if (key := f"{self.method} {path} {self.action or ''}".rstrip()) in told:
                return told[key]
        return None


def _places(path):
    """What is to be named in a path, but the project that Volume may be asked by."""
    return _PLACE.findall(path.removeprefix(OWN))


def rows():
    """Every list, every member, and every change of a member; HEAD is answered as GET."""
    found = []
    for service in SERVICES:
        for pattern in import_module(f"cloud.{service}.api.urls").urlpatterns:
            view = pattern.callback
            if hasattr(view, "route") and "*" not in view.route:
                path = _PATTERN.sub(r"{\1}", view.route)
                for method, name in view.methods.items():
                    actions = view.viewset.actions if name == "act" and _places(path) else [None]
                    found += [Row(service, method.upper(), path, action) for action in actions]
    return [
        row for row in found if row.method == "GET" or (row.method != "HEAD" and _places(row.path))
    ]


@cache
def belongings(service: str) -> dict[str, Any]:
    told = yaml.safe_load((Path(__file__).parent / "belongings.yaml").read_text())
    return told[service]


class Asker:
    """A user of the neighbours, with a token of Identity."""

    def __init__(self, api, user, project):
        domain = {"id": "default"}
        password = {"user": {"name": user, "password": "password", "domain": domain}}
        identity = {"methods": ["password"], "password": password}
        scope = {"project": {"name": project, "domain": domain}}
        answer = api.ask(
            "POST", "/identity/v3/auth/tokens", {"auth": {"identity": identity, "scope": scope}}
        )
        assert answer.status == 201, answer
        self.api = Api(answer.headers["X-Subject-Token"], None, "", api.client)
        self.user = answer.json["token"]["user"]["id"]
        self.project = answer.json["token"]["project"]["id"]

    def ask(self, service, method, path, body=None, **headers):
        if service in VERSIONS:
            headers["OpenStack-API-Version"] = VERSIONS[service]
        if method == "PATCH" and service == "image":
            headers["Content-Type"] = "application/openstack-images-v2.1-json-patch"
        if isinstance(body, str):
            headers["Content-Type"] = "application/octet-stream"
            return self.api.ask(method, f"/{service}{path}", raw=body, headers=headers)
        return self.api.ask(method, f"/{service}{path}", body, headers=headers)


class World:
    """What Alice has in each neighbour, made as belongings.yaml tells."""

    def __init__(self):
        nobody = Api(None, None, "")
        self.people = {
            "her": Asker(nobody, "demo", "demo"),
            "root": Asker(nobody, "admin", "admin"),
            "root-here": Asker(nobody, "admin", "demo"),
            "nova": Asker(nobody, "nova", "service"),
            "stranger": Asker(nobody, "alt_demo", "alt_demo"),
        }
        her, root = self.people["her"], self.people["root"]
        self.known = {
            "USER": her.user,
            "PROJECT": her.project,
            "ADMIN": root.user,
            "ADMINS": root.project,
        }
        networks = her.ask("network", "GET", "/v2.0/networks?name=public").json["networks"]
        self.known["PUBLIC"] = networks[0]["id"]
        # (service, collection): the id of what is there
        self.there = {}
        self.everybodys = set()
        self.marks = {"alices", her.user, her.project}
        for service in SERVICES:
            for thing in belongings(service)["things"]:
                self._make(service, thing)
                settle()
        self._lend()

    def _lend(self):
        """What she let a consumer do, and what another one asks of her: nobody can sign here."""
        known = self.known
        asked = {"consumer_id": known["CONSUMERS"], "project_id": known["PROJECT"]}
        given = {"authorizing_user_id": known["USER"], "role_ids": [known["ROLE"]]}
        known["REQUEST_TOKEN"] = RequestToken.objects.create(**asked).pk
        known["ACCESS_TOKEN"] = AccessToken.objects.create(**asked, **given).pk
        self.marks |= {known["REQUEST_TOKEN"], known["ACCESS_TOKEN"]}

    def _make(self, service, thing):
        who = self.people[thing.get("as", "her")]
        known = self.known | {"MINE": who.project}
        if "put" in thing:
            path, body = filled([thing["put"], thing.get("body")], known)
            if body:
                body = _with_keys(body, known)
            answer = who.ask(service, "PUT", path, body)
            assert answer.status < 300, f"{path}: {answer}"
            return
        at, key = filled(thing["at"], known), thing.get("id", "id")
        if thing.get("found"):
            answer = who.ask(service, "GET", at)
            made = next(iter(value for value in answer.json.values() if isinstance(value, list)))[0]
        else:
            body = filled(thing.get("body"), known)
            for name, (path, where) in thing.get("look", {}).items():
                shown = who.ask(service, "GET", filled(path, known)).json
                for step in where.split("."):
                    shown = shown[int(step)] if step.isdigit() else shown[step]
                next(iter(body.values()))[name] = shown
            answer = who.ask(service, "POST", at, body)
            assert answer.status < 300, f"{service}{at}: {answer}"
            made = answer.json
            while key not in made:
                made = next(iter(made.values()))
                made = made[0] if isinstance(made, list) else made
        found = str(made[key])
        place = filled(thing["at"], self.known | {"MINE": "{project_id}"})
        self.there.setdefault((service, place), found)
        name = thing.get("name") or at.rpartition("/")[2].upper().replace("-", "_")
        self.known[name] = found
        if thing.get("everybodys"):
            self.everybodys.add((service, place))
        elif not thing.get("told"):
            self.marks.add(found)

    def path(self, row):
        """The row's path with what she has in it, and whether all of it is for everybody to see."""
        places = belongings(row.service).get("places", {})
        path, is_shown = "", True
        for segment in row.path.split("/")[1:]:
            for name in _PLACE.findall(segment):
                if path == "/v3" and row.service == "volume":
                    value, is_public = "{project_id}", True
                else:
                    value, is_public = self._at(row.service, path)
                    value = value or places.get(path) or places[name]
                is_shown = is_shown and is_public
                segment = segment.replace(f"{{{name}}}", filled(value, self.known))
            path += f"/{segment}"
        return path.replace("{project_id}", self.people["stranger"].project), is_shown

    def _at(self, service, path):
        """The id of what is there, and whether it is for everybody to see."""
        for key in ((service, path), (service, path.replace("/v3/", OWN))):
            if key in self.there:
                return self.there[key], key in self.everybodys
        return None, False


def _with_keys(body, known):
    """Fill in names that are keys, too."""
    if isinstance(body, dict):
        return {filled(key, known): _with_keys(value, known) for key, value in body.items()}
    return body
