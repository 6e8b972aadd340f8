"""Operations: their versions, the order of their checks, and a policy that cannot be forgotten."""

import json

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from versioned.negotiation import BadVersionString, HeaderVersioning, VersionNotAcceptable
from versioned.operation import (
    MalformedBody,
    NotInThisVersion,
    PolicyNotAsked,
    ResourceViewSet,
    UnsupportedMediaType,
    operation,
)
from versioned.schema import Invalid, body, query


class Versions(HeaderVersioning):
    service_types = ("widgets",)
    older_headers = ("X-Widgets-Version",)
    first = (2, 1)
    last = (2, 20)


class Denied(Exception):
    pass


class Widgets(ResourceViewSet):
    versioning_class = Versions
    denied = ()
    events = None

    def authorize(self, target=None):
        rule, self.rule = self.rule, None
        if rule in self.denied:
            raise Denied(rule)

    def handle_exception(self, exc):
        raise exc

    @operation(policy="widgets:list", query=query(closed_since="2.10", limit={"maxItems": 1}))
    def list(self, request):
        return {"widgets": request.params}

    @operation(
        policy="widgets:create",
        body=body("widget", {"name": {"type": "string"}}, ["name"]),
        status={"2.1": 200, "2.5": 201},
    )
    def create(self, request, widget):
        return {"widget": widget}

    @operation(policy="widgets:paint", target="found", until="2.9", status=202)
    def paint(self, request):
        return {"colour": "old"}

    @paint.also(policy="widgets:paint", target="found", since="2.12", status=202)
    def paint(self, request):
        self.authorize({})
        return {"colour": "new"}


def ask(method, name, version=None, data=None, **extra):
    extra.setdefault("content_type", "application/json")
    raw = data if isinstance(data, (str, bytes)) else "" if data is None else json.dumps(data)
    if version:
        extra["HTTP_OPENSTACK_API_VERSION"] = f"widgets {version}"
    make = getattr(RequestFactory(), method)
    request = (
        make(extra.pop("path", "/"), raw, **extra)
        if method != "get"
        else make(extra.pop("path", "/"), **{k: v for k, v in extra.items() if k != "content_type"})
    )
    return Widgets.as_view({method: name})(request)


def test_a_status_changes_with_the_version():
    widget = {"widget": {"name": "a"}}
    assert ask("post", "create", "2.4", widget).status_code == 200
    assert ask("post", "create", "2.5", widget).status_code == 201


def test_two_bodies_serve_two_ranges_and_nothing_serves_the_gap():
    with pytest.raises(NotInThisVersion):
        ask("post", "paint", "2.10")
    assert json.loads(ask("post", "paint", "2.12").content) == {"colour": "new"}


def test_an_answer_without_its_policy_asked_is_an_error_and_never_a_yes():
    with pytest.raises(PolicyNotAsked):
        ask("post", "paint", "2.9")


def test_a_bad_body_is_refused_before_the_policy_is_asked(monkeypatch):
    monkeypatch.setattr(Widgets, "denied", ("widgets:create",))
    with pytest.raises(Invalid):
        ask("post", "create", "2.1", {"widget": {}})
    with pytest.raises(Denied):
        ask("post", "create", "2.1", {"widget": {"name": "a"}})


@pytest.mark.parametrize("raw", ["{", "{'a': 1}", b"\xff"])
def test_a_body_that_is_no_json_is_malformed(raw):
    with pytest.raises(MalformedBody):
        ask("post", "create", "2.1", raw)


def test_a_body_of_another_type_is_not_read():
    with pytest.raises(UnsupportedMediaType):
        ask("post", "create", "2.1", "<a/>", content_type="application/xml")


def test_unknown_parameters_are_refused_from_their_version_on():
    assert ask("get", "list", "2.9", path="/?odd=1").status_code == 200
    with pytest.raises(Invalid):
        ask("get", "list", "2.10", path="/?odd=1")


@pytest.mark.parametrize(
    ("header", "version"),
    [
        ("widgets 2.7", (2, 7)),
        ("WIDGETS 2.7", (2, 7)),
        ("widgets latest", (2, 20)),
        ("gadgets 2.7", (2, 1)),
        ("gadgets 1.0, widgets 2.8", (2, 8)),
        ("widgets 2.3, widgets 2.8", (2, 8)),
        ("widgets", (2, 1)),
    ],
)
def test_the_header_names_a_version_for_each_service(header, version):
    request = RequestFactory().get("/", HTTP_OPENSTACK_API_VERSION=header)
    assert Versions().determine_version(request) == version


def test_the_standard_header_goes_before_the_older_one():
    request = RequestFactory().get(
        "/", HTTP_OPENSTACK_API_VERSION="widgets 2.7", HTTP_X_WIDGETS_VERSION="2.3"
    )
    assert Versions().determine_version(request) == (2, 7)
    request = RequestFactory().get("/", HTTP_X_WIDGETS_VERSION="2.3")
    assert Versions().determine_version(request) == (2, 3)


def test_versions_outside_the_history_are_refused():
    with pytest.raises(VersionNotAcceptable):
        ask("get", "list", "2.21")
    with pytest.raises(BadVersionString):
        ask("get", "list", "two")


def test_a_handler_may_answer_with_a_response_of_its_own():
    class Own(ResourceViewSet):
        @operation()
        def list(self, request):
            return HttpResponse("bytes", status=299)

    assert Own.as_view({"get": "list"})(RequestFactory().get("/")).status_code == 299
