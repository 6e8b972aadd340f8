"""How long servers ran."""

from tests.api.things import a_server, at
from tests.cast import HERS

DAY = f"/os-simple-tenant-usage/{HERS}?start=2026-01-02T00:00:00&end=2026-01-03T00:00:00"


def test_hours_count_within_the_period(api, db):
    a_server("whole", launched_at=at("2026-01-01"))
    a_server("half", launched_at=at("2026-01-02T12:00"), vcpus=2)
    a_server(
        "early", launched_at=at("2026-01-01"), terminated_at=at("2026-01-02T06:00"), deleted=True
    )
    a_server("before", launched_at=at("2026-01-01"), terminated_at=at("2026-01-01T06:00"))
    a_server("never")
    usage = api.get(DAY).json["tenant_usage"]
    hours = {row["name"]: row["hours"] for row in usage["server_usages"]}
    assert hours == {"whole": 24.0, "half": 12.0, "early": 6.0}
    assert usage["total_hours"] == 42.0
    assert usage["total_vcpus_usage"] == 54.0
    assert usage["start"] == "2026-01-02T00:00:00.000000"


def test_what_has_ended_is_terminated(api, db):
    a_server(launched_at=at("2026-01-02"), terminated_at=at("2026-01-02T01:00"), deleted=True)
    (row,) = api.get(DAY).json["tenant_usage"]["server_usages"]
    assert (row["state"], row["uptime"]) == ("terminated", 3600)


def test_pages_go_by_server(root, db):
    for name in "abc":
        a_server(name, launched_at=at("2026-01-01"))
    path = "/os-simple-tenant-usage?detailed=1&limit=2&start=2026-01-02T00:00:00"
    page = root.get(path, version="2.40").json
    assert len(page["tenant_usages"][0]["server_usages"]) == 2
    (link,) = page["tenant_usages_links"]
    rest = root.get(link["href"].split("/v2.1")[1], version="2.40").json
    assert len(rest["tenant_usages"][0]["server_usages"]) == 1
