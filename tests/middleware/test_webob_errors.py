"""Pages of WebOb's making, byte for byte."""

import pytest

HTML = (
    b"<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n"
    b"  <h1>404 Not Found</h1>\n  The resource could not be found.<br /><br />\n\n\n\n"
    b" </body>\n</html>"
)
JSON = (
    b'{"message": "The resource could not be found.<br /><br />\\n\\n\\n", '
    b'"code": "404 Not Found", "title": "Not Found"}'
)
TEXT = b"404 Not Found\n\nThe resource could not be found.\n\n   "


@pytest.mark.parametrize(
    ("accept", "content"),
    [
        (None, TEXT),
        ("", TEXT),
        ("*/*", HTML),
        ("text/html", HTML),
        ("TEXT/HTML, application/json;q=0.1", HTML),
        ("text/*", HTML),
        ("application/json", JSON),
        ("application/*", JSON),
        (", , application/json ,", JSON),
        ("application/json, text/html", HTML),
        ("application/json;q=0.5, text/html;q=0.1", JSON),
        ("text/*;q=0.3, application/json;q=0.3", HTML),
        ("text/html;Q=0.1, application/json", JSON),
        ("text/html;q=0, */*", JSON),
        ("text/html;q=0", TEXT),
        ("application/json;version=2.1", TEXT),
        ('text/html;a="x,y", application/json', JSON),
        ("image/png", TEXT),
        ("text/plain", TEXT),
        ("garbage", HTML),
        ("*", HTML),
        ("text/html;q=2", HTML),
    ],
)
def test_accept_decides_the_page(get, accept, content):
    headers = {} if accept is None else {"Accept": accept}
    assert get("/v2.1/nope", **headers).content == content


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("*/*", "text/html; charset=UTF-8"),
        ("application/json", "application/json"),
        ("image/png", "text/plain; charset=UTF-8"),
    ],
)
def test_json_has_no_charset(get, accept, content_type):
    assert get("/v2.1/nope", Accept=accept)["Content-Type"] == content_type


def test_head_of_an_error_has_neither_body_nor_length(ask):
    answer = ask("HEAD", "/v2.1/nope", Accept="application/json")
    assert answer.content == b""
    assert (answer["Content-Length"], answer["Content-Type"]) == ("0", "text/html; charset=UTF-8")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_every_method_of_an_unknown_path_is_404(ask, method):
    assert ask(method, "/v2.1/nope").status_code == 404


def test_404_has_request_ids_and_no_versions(get):
    answer = get("/v2.1/nope", OpenStack_API_Version="compute 2.90")
    assert "x-compute-request-id" in answer.headers
    assert "OpenStack-API-Version" not in answer.headers
