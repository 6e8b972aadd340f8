"""The pipelines as settings, and what checks say of them."""

import pytest
from django.core.checks import run_checks
from django.core.management import call_command

from middleware.checks import filter_names
from middleware.pipelines import pipelines

CHAIN = "cors http_proxy request_id faultwrap request_log sizelimit osprofiler authtoken"


def problems():
    return {message.id for message in run_checks() if message.id.startswith("middleware.")}


@pytest.mark.parametrize(
    ("name", "filters"),
    [
        ("versions", "cors http_proxy faultwrap request_log"),
        ("versions_v21", "cors http_proxy request_id faultwrap request_log"),
        ("api", f"{CHAIN} keystone_context"),
        ("api_legacy", f"{CHAIN} keystone_context legacy_v2"),
    ],
)
def test_nova_has_its_own_chains(name, filters):
    assert " ".join(pipelines()[name]) == filters


def test_the_order_of_pipelines_is_that_of_the_list():
    order = list(filter_names())
    for filters in pipelines().values():
        assert list(filters) == sorted(filters, key=order.index)


def test_nothing_is_wrong_here():
    assert problems() == set()


@pytest.mark.parametrize(
    ("setting", "value", "problem"),
    [
        ("AUTH_STRATEGY", "hope", "middleware.E001"),
        ("PIPELINES", {"versions": "cors wishes"}, "middleware.E002"),
        ("URL_MAP", {"/": "versions", "/x": "nowhere"}, "middleware.E003"),
        ("URL_MAP", {"/x": "api"}, "middleware.E003"),
        ("MAX_REQUEST_BODY_SIZE", 0, "middleware.E004"),
        ("UNLIMITED_UPLOADS", "(", "middleware.E004"),
    ],
)
def test_a_wrong_setting_is_found(settings, setting, value, problem):
    setattr(settings, setting, value)
    assert problem in problems()


def test_tracing_needs_a_key(settings):
    settings.PROFILER_ENABLED, settings.PROFILER_HMAC_KEYS = True, " , "
    assert problems() == {"middleware.E005"}


def test_the_command_prints_them(capsys):
    call_command("pipelines")
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["/v2.1/+", "api", *CHAIN.split(), "keystone_context"] in lines
