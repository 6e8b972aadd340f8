"""Fixtures that all tests share: the cast, the API in process, and a small cloud."""

import pytest

from tests.cast import ADMINS, ELSEWHERE, HERS
from tests.client import Api


@pytest.fixture
def cast(settings):
    """Tokens are names: alice, bob, carol, rita the reader, mandy the manager, root the admin."""
    settings.AUTHTOKEN_VALIDATOR = "tests.cast.validate"


@pytest.fixture
def api(db, cast):
    """The Compute API as Alice, at 2.1."""
    return Api()


@pytest.fixture
def root(api):
    """The Compute API as the administrator."""
    return api.as_("root")


@pytest.fixture
def cloud(db):
    """A seeded cloud: hosts, flavors, an image, networks; and the cast's projects in Identity."""
    make_cloud()


def make_cloud():
    """What the fixture `cloud` makes, for those who make it once for many tests."""
    from cloud.identity.models import Project
    from compute.seed import seed

    seed()
    domain = Project.objects.get(pk="default")
    for project in (HERS, ELSEWHERE, ADMINS):
        Project.objects.create(pk=project, name=project, domain=domain, parent=domain)


@pytest.fixture
def flavors(db):
    """The demo's flavors and nothing else."""
    from compute.seed import _flavors

    _flavors()


@pytest.fixture
def projects_unknown(monkeypatch):
    """An Identity that does not say which projects there are: every project will do."""
    monkeypatch.setattr(
        "compute.clients.identity.IdentityClient.show_project", lambda *args, **how: {}
    )
