"""The limit of bodies."""

import io

import pytest
from django.core.exceptions import RequestDataTooBig
from django.test import RequestFactory

from middleware.sizelimit import BoundedReader, SizeLimit

LIMIT = 114688
STATED = "Request is too large. Larger than max_request_body_size (%s)."
FOUND = f"Request is too large. Larger than {LIMIT}."


def chunked(path, size, pipeline="api", method="POST", read=lambda request: request.body):
    """Send a body without its length to a view that reads it."""
    request = RequestFactory().generic(method, path, headers={"Transfer-Encoding": "chunked"})
    request.META.pop("CONTENT_LENGTH", None)
    request.META["wsgi.input"] = request.environ["wsgi.input"] = io.BytesIO(b"x" * size)
    request.pipeline = pipeline

    def view(request):
        from django.http import HttpResponse

        try:
            return HttpResponse(str(len(read(request))))
        except RequestDataTooBig:
            return HttpResponse("a fault of the view's own", status=500)

    return SizeLimit(view)(request)


@pytest.mark.parametrize("token", ["demo", None])
def test_a_length_above_it_is_413_whoever_asks(ask, token):
    answer = ask("POST", "/v2.1/shown", token, b"x" * (LIMIT + 1), Accept="text/plain")
    assert (answer.status_code, answer.content.decode()) == (
        413,
        f"413 Request Entity Too Large\n\n{STATED}\n\n   ",
    )


def test_json_is_for_those_who_accept_it(ask):
    answer = ask("POST", "/v2.1/shown", None, b"x" * (LIMIT + 1), Accept="application/json")
    assert answer.json()["message"] == f"{STATED}<br /><br />\n\n\n"


def test_the_limit_itself_passes(ask):
    assert ask("POST", "/v2.1/shown", body=b"x" * LIMIT).json()["length"] == LIMIT


@pytest.mark.parametrize("path", ["/", "/v2", "/v2.1/"])
def test_nothing_larger_is_read_where_nova_has_no_limit(ask, path):
    """Nova: it reads whatever is sent for a document, and this it could not."""
    answer = ask("POST", path, None, body=b"x" * (LIMIT + 1))
    assert (answer.status_code, answer.json()["badRequest"]["message"]) == (
        400,
        "Malformed request body",
    )


@pytest.mark.parametrize("path", ["/image", "/static/x", "/_cloud/ready"])
def test_what_needs_no_token_has_it_too(ask, path):
    assert ask("POST", path, None, body=b"x" * (LIMIT + 1)).status_code == 413


def test_no_pipeline_is_without_it(chain):
    missing = {name for name, filters in chain.PIPELINES.items() if "sizelimit" not in filters}
    # Nova's documents bound what they read themselves.
    assert missing == {"versions", "versions_v2", "versions_v21"}


def test_a_body_without_length_is_counted_while_it_is_read():
    answer = chunked("/v2.1/x", LIMIT + 1)
    assert answer.status_code == 413
    assert FOUND in answer.content.decode()


def test_a_body_without_length_passes_up_to_the_limit():
    assert chunked("/v2.1/x", LIMIT).content == str(LIMIT).encode()


def test_a_body_that_nobody_reads_is_not_counted():
    assert chunked("/v2.1/x", LIMIT * 2, read=lambda request: "").content == b"0"


def test_reading_in_pieces_counts_too():
    def read(request):
        return b"".join(iter(lambda: request.read(4096), b""))

    assert chunked("/v2.1/x", LIMIT + 1, read=read).status_code == 413


@pytest.mark.parametrize("name", ["file", "stage"])
def test_image_data_has_no_limit(ask, name):
    path = f"/image/v2/images/1/{name}"
    assert chunked(path, LIMIT * 2, "image", "PUT").content == str(LIMIT * 2).encode()


def test_image_data_with_a_length_has_no_limit(ask):
    answer = ask("PUT", "/image/v2/images/1/file", body=b"x" * (LIMIT + 1))
    assert answer.json()["length"] == LIMIT + 1


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/image/v2/images/1/file"), ("PUT", "/image/v2/images/1")],
)
def test_other_requests_for_images_have_one(ask, method, path):
    assert ask(method, path, body=b"x" * (LIMIT + 1)).status_code == 413


def test_a_reader_never_takes_more_than_one_byte_too_much():
    source = io.BytesIO(b"x" * 100)
    with pytest.raises(RequestDataTooBig):
        BoundedReader(source, 10).read()
    assert source.tell() == 11
