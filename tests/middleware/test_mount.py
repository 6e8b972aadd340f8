"""Where the Compute API's routes are found."""

import pytest
from django.urls import Resolver404, URLResolver, re_path, resolve
from django.urls.resolvers import RegexPattern

from compute.api import urls
from compute.api.mount import ByFirstWord

REAL = "tests.middleware.real_urls"
PROJECT = "d0000000000000000000000000000001"


@pytest.mark.parametrize("version", ["v2", "v2.1"])
@pytest.mark.parametrize(
    ("path", "kwargs"),
    [
        ("/versions/1", {"id": "1"}),
        (f"/{PROJECT}/versions/1", {"project_id": PROJECT, "id": "1"}),
        ("/d0-a/versions/1", {"project_id": "d0-a", "id": "1"}),
        (f"/{PROJECT}/", {"project_id": PROJECT}),
    ],
)
def test_every_route_is_there_with_and_without_a_project(version, path, kwargs):
    match = resolve(f"/{version}{path}", REAL)
    assert (match.args, match.kwargs) == ((), kwargs)
    assert match.func.route in ("/", "/versions/{id}")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "root"),
        ("/v2", "legacy"),
        ("/v2/", "legacy"),
        ("/v2.1", "current"),
        ("/v2.1/", "current"),
    ],
)
def test_documents_need_no_project(path, name):
    assert resolve(path, REAL).func.__name__ == name


@pytest.mark.parametrize(
    "path",
    [
        "/v2.1/nope",
        "/v2.1/versions",
        "/v2.1/versions/1/",
        "/v2.1/zeef/versions/1",
        "/v2.1/beef",
        "/v2.10/versions/1",
        "/v3/versions/1",
        "/v2.1/a/b/versions/1",
    ],
)
def test_nothing_else_is(path):
    assert resolve(path, REAL).func.__name__ == "unrouted"


def test_the_first_word_finds_what_django_finds():
    rows = urls.urlpatterns
    ours, djangos = ByFirstWord("^v(?=/)", rows), URLResolver(RegexPattern("^v"), rows)
    for row in rows:
        path = "v" + row.callback.route.replace("{", "x").replace("}", "")
        assert ours.resolve(path).func is djangos.resolve(path).func


def test_a_row_without_a_route_of_ours_is_refused_at_start():
    with pytest.raises(AttributeError):
        ByFirstWord("^v", [re_path("^x$", lambda request: None)])


def test_an_empty_rest_is_nothing():
    with pytest.raises(Resolver404):
        ByFirstWord("^v(?=/)", urls.urlpatterns).resolve("v")
