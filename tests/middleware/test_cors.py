"""CORS, as oslo's filter does it."""

import pytest

HERE = "http://horizon"


@pytest.fixture
def allowed(chain):
    chain.CORS_ALLOWED_ORIGINS = [HERE]


def cors(answer):
    return {
        name.lower().removeprefix("access-control-"): text
        for name, text in answer.headers.items()
        if name.lower().startswith("access-control-")
    }


@pytest.fixture
def preflight(ask):
    def asked(path="/v2.1/shown", **how):
        headers = {"Origin": HERE, "Access_Control_Request_Method": "PUT", **how}
        return ask("OPTIONS", path, None, **{k: v for k, v in headers.items() if v is not None})

    return asked


@pytest.mark.parametrize("path", ["/v2.1/shown", "/v2/nope", "/servers", "/identity/shown"])
def test_options_is_200_and_empty_for_everybody(preflight, path):
    answer = preflight(path)
    assert (answer.status_code, answer.content, cors(answer)) == (200, b"", {})
    assert {*answer.headers} == {"Content-Length"}


@pytest.mark.parametrize("path", ["/", "/v2", "/v2.1/"])
def test_options_of_a_document_is_the_document(preflight, path):
    assert preflight(path).json()


def test_no_origin_is_allowed_by_default(get):
    assert cors(get("/v2.1/shown", Origin=HERE)) == {}


@pytest.mark.usefixtures("allowed")
def test_an_allowed_origin_may_read(get):
    answer = get("/v2.1/versioned", Origin=HERE)
    headers = cors(answer)
    assert headers["allow-origin"] == HERE
    assert headers["allow-credentials"] == "true"
    assert headers["expose-headers"] == (
        "X-Auth-Token,X-Openstack-Request-Id,X-Subject-Token,X-Service-Token,"
        "X-OpenStack-Nova-API-Version,OpenStack-API-Version"
    )
    assert answer["Vary"] == "OpenStack-API-Version, X-OpenStack-Nova-API-Version,Origin"


@pytest.mark.usefixtures("allowed")
def test_it_may_read_errors_too(get):
    assert cors(get("/v2.1/shown", token=None, Origin=HERE))["allow-origin"] == HERE


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize("origin", ["http://other", "https://horizon", "null", "http://[", ""])
def test_another_origin_may_not(get, origin):
    assert cors(get("/v2.1/shown", Origin=origin)) == {}


@pytest.mark.usefixtures("allowed")
def test_a_preflight_repeats_what_is_allowed(preflight):
    answer = preflight(Access_Control_Request_Headers="x-auth-token , Content-Type,")
    assert answer["Vary"] == "Origin"
    assert cors(answer) == {
        "allow-origin": HERE,
        "allow-credentials": "true",
        "max-age": "3600",
        "allow-methods": "PUT",
        "allow-headers": "x-auth-token,Content-Type",
    }


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize(
    "headers",
    [
        {"Access_Control_Request_Method": None},
        {"Access_Control_Request_Method": "TRACE"},
        {"Access_Control_Request_Headers": "X-Secret"},
        {"Origin": "http://other"},
        {"Origin": None},
    ],
)
def test_a_preflight_says_nothing_of_the_rest(preflight, headers):
    assert cors(preflight(**headers)) == {}


def test_everybody_may_be_allowed(get, chain):
    chain.CORS_ALLOW_ALL_ORIGINS = True
    assert cors(get("/v2.1/shown", Origin="http://any"))["allow-origin"] == "*"


@pytest.mark.usefixtures("allowed")
def test_the_admin_site_is_none_of_its_business(get):
    assert cors(get("/admin/shown", Origin=HERE)) == {}


def test_placement_has_no_such_filter_where_no_origin_is_allowed(ask, chain):
    chain.CORS_ALLOWED_ORIGINS = []
    for path in ("/placement", "/placement/traits"):
        assert ask("OPTIONS", path).status_code != 200
    chain.CORS_ALLOWED_ORIGINS = ["https://dashboard.example.org"]
    assert ask("OPTIONS", "/placement/traits").status_code == 200
