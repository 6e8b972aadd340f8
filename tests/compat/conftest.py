"""One live cloud for all that does not kill it."""

import pytest

from tests.compat.live import LiveCloud, Openstack, Shell


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/compat/" in str(item.path):
            item.add_marker(pytest.mark.compat)
            item.add_marker(pytest.mark.enable_socket)
            item.add_marker(pytest.mark.xdist_group("compat"))


@pytest.fixture(scope="session")
def live(tmp_path_factory):
    cloud = LiveCloud(tmp_path_factory.mktemp("cloud"))
    yield cloud.start()
    cloud.stop()


@pytest.fixture(scope="session")
def shell():
    shell = Shell()
    yield shell
    shell.close()


@pytest.fixture(scope="session")
def demo(shell, live):
    return Openstack(shell, live)


@pytest.fixture(scope="session")
def admin(shell, live):
    return Openstack(shell, live, "admin", "admin")
