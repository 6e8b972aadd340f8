"""The tree /openstack: versions that are dates, and the documents in each."""

import base64
import json
import os
from collections.abc import Callable
from typing import Any, Final

from compute.domain.guest_data import vendordata
from compute.domain.guest_data.devices import devices
from compute.domain.guest_data.facts import Facts
from compute.domain.guest_data.links import network_data
from compute.work import clock

VERSIONS: Final = (
    "2012-08-10",
    "2013-04-04",
    "2013-10-17",
    "2015-10-15",
    "2016-06-30",
    "2016-10-06",
    "2017-02-22",
    "2018-08-27",
    "2020-10-14",
    "2025-04-04",
)
LATEST: Final = "latest"
CONTENT: Final = "content"
META_DATA, USER_DATA, PASSWORD = "meta_data.json", "user_data", "password"
NETWORK_DATA, VENDOR_DATA, VENDOR_DATA2 = (
    "network_data.json",
    "vendor_data.json",
    "vendor_data2.json",
)
# What each document is listed from, in the order of lists.
_SINCE: Final = {
    META_DATA: "2012-08-10",
    USER_DATA: "2012-08-10",
    PASSWORD: "2013-04-04",
    VENDOR_DATA: "2013-10-17",
    NETWORK_DATA: "2015-10-15",
    VENDOR_DATA2: "2016-10-06",
}
DOCUMENTS: Final = frozenset(_SINCE)
_JSON: Final = frozenset({META_DATA, VENDOR_DATA, VENDOR_DATA2})
SEED_BYTES: Final = 512


def versions() -> list[str]:
    """Those that a list shows: none of the future."""
    today = clock.now().strftime("%Y-%m-%d")
    return [*(each for each in VERSIONS if each <= today), LATEST]


def known(version: str) -> str:
    """The version that is meant, or a KeyError."""
    if version == LATEST:
        return VERSIONS[-1]
    if version not in VERSIONS:
        raise KeyError(version)
    return version


def names(facts: Facts, version: str) -> list[str]:
    """The documents that a version's list shows."""
    return [
        name
        for name, since in _SINCE.items()
        if version >= since and (name != USER_DATA or facts.user_data is not None)
    ]


def document(facts: Facts, version: str, name: str) -> bytes:
    """One document's bytes; a KeyError says that there is none.  The password is not among them."""
    # Nova: network_data.json is in the versions before it, too, though they do not list it.
    if name == PASSWORD or (version < _SINCE[name] and name != NETWORK_DATA):
        raise KeyError(name)
    return _MADE_BY[name](facts, version)


def is_json(name: str) -> bool:
    """Whether a document says that it is JSON; network_data.json says text."""
    return name in _JSON


def dumped(value: Any) -> bytes:
    """JSON as Nova writes it: ASCII, with spaces after commas and colons."""
    return json.dumps(value).encode()


def seed(facts: Facts) -> bytes:
    """Randomness for the guest, new each time."""
    return os.urandom(SEED_BYTES)


def meta_data(
    facts: Facts, version: str, make_seed: Callable[[Facts], bytes] = seed
) -> dict[str, Any]:
    """What meta_data.json holds, in Nova's order."""
    server = facts.server
    found: dict[str, Any] = {"uuid": server.uuid}
    if server.metadata:
        found["meta"] = server.metadata
    if facts.files:
        found["files"] = facts.files
    found.update(facts.extra)
    if facts.network_config:
        found["network_config"] = facts.network_config
    if server.key_name and server.key:
        key = server.key["public_key"]
        found["public_keys"] = {server.key_name: key}
        found["keys"] = [{"name": server.key_name, "type": server.key["type"], "data": key}]
    found["hostname"] = facts.hostname
    found["name"] = server.name
    found["launch_index"] = server.launch_index
    found["availability_zone"] = server.availability_zone
    if version >= "2013-04-04":
        found["random_seed"] = base64.b64encode(make_seed(facts)).decode()
    if version >= "2015-10-15":
        found["project_id"] = server.project_id
    if version >= "2016-06-30":
        found["devices"] = devices(
            facts, with_vlan=version >= "2017-02-22", with_trust=version >= "2018-08-27"
        )
    if version >= "2020-10-14":
        # No driver here pins servers to processors.
        found["dedicated_cpus"] = []
    return found


def _user_data(facts: Facts, version: str) -> bytes:
    if facts.user_data is None:
        raise KeyError(USER_DATA)
    return facts.user_data


def _vendor_data(facts: Facts, version: str) -> bytes:
    if not vendordata.is_static():
        raise KeyError(VENDOR_DATA)
    return dumped(facts.vendor_data)


_MADE_BY: Final[dict[str, Callable[[Facts, str], bytes]]] = {
    META_DATA: lambda facts, version: dumped(meta_data(facts, version)),
    USER_DATA: _user_data,
    VENDOR_DATA: _vendor_data,
    NETWORK_DATA: lambda facts, version: dumped(network_data(facts.links)),
    VENDOR_DATA2: lambda facts, version: dumped(
        vendordata.together(facts.server, facts.vendor_data)
    ),
}
