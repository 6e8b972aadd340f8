"""Servers that are deleted softly, and brought back or not."""

import pytest

from tests.api.servers import action, boot, settle, shown


@pytest.fixture
def deleted(cloud, api, settings):
    settings.RECLAIM_INSTANCE_INTERVAL = 600
    server = boot(api)
    assert api.delete(f"/servers/{server}").status == 204
    settle()
    assert shown(api, server)["status"] == "SOFT_DELETED"
    return server


def test_a_soft_deletion_is_taken_back(api, deleted):
    assert action(api, deleted, {"restore": None}).status == 202
    settle()
    assert shown(api, deleted)["status"] == "ACTIVE"


def test_or_made_good_at_once(api, deleted):
    assert action(api, deleted, {"forceDelete": None}).status == 202
    settle()
    assert api.get(f"/servers/{deleted}").status == 404
