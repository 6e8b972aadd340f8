"""Asking a vendor data target, so that its address cannot be turned against the cloud.

Only URLs that settings list are asked; redirects are not followed, proxies of the environment not
used, and a connection that has ended up on this machine or link is given up before a byte is sent.
"""

import json
import logging
from ipaddress import ip_address
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

from compute.domain.guest_data.conf import conf

log = logging.getLogger(__name__)

# An answer that is longer is none: it goes into every guest's document.
_LONGEST = 1024 * 1024
_HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "User-Agent": "openstack-nova-vendordata",
}


class TargetFailed(Exception):
    """A target gave no answer that can be used."""


def ask(name: str, url: str, body: dict[str, Any]) -> Any:
    """Post `body` to a target and return what it says; {} when it fails, unless that is fatal."""
    try:
        return _answer(url, body)
    except (requests.RequestException, TargetFailed, ValueError) as exc:
        log.warning("Vendor data target %s at %s failed: %s", name, url, exc)
        if conf.vendordata_dynamic_failure_fatal:
            raise
        return {}


def _answer(url: str, body: dict[str, Any]) -> Any:
    with requests.Session() as session:
        # Proxies and passwords of the environment are not meant for guests' data.
        session.trust_env = False
        if not conf.vendordata_dynamic_allow_local:
            for scheme in ("http://", "https://"):
                session.mount(scheme, _Outside())
        response = session.post(
            url,
            data=json.dumps(body),
            headers=_HEADERS,
            timeout=conf.vendordata_dynamic_timeouts,
            verify=conf.vendordata_dynamic_ssl_certfile or True,
            allow_redirects=False,
            stream=True,
        )
        if not 200 <= response.status_code < 300:
            raise TargetFailed(f"HTTP {response.status_code}")
        text = b""
        for piece in response.iter_content(64 * 1024):
            text += piece
            if len(text) > _LONGEST:
                raise TargetFailed(f"its answer is longer than {_LONGEST} bytes")
    return json.loads(text) if text else {}


def is_local(address: str) -> bool:
    """Whether an address belongs to this machine, its link, or nobody."""
    found = ip_address(address.partition("%")[0])
    found = getattr(found, "ipv4_mapped", None) or found
    return (
        found.is_loopback
        or found.is_link_local
        or found.is_unspecified
        or found.is_multicast
        or found.is_reserved
    )


class _Checked(HTTPConnection):
    """Looks at where it has really got to: a name may mean something else each time."""

    def _new_conn(self) -> Any:
        made = super()._new_conn()
        address = made.getpeername()[0]
        if is_local(address):
            made.close()
            raise NewConnectionError(self, f"{address} is on this machine or link")
        return made


class _CheckedTls(_Checked, HTTPSConnection):
    pass


class _Plain(HTTPConnectionPool):
    ConnectionCls = _Checked


class _Tls(HTTPSConnectionPool):
    ConnectionCls = _CheckedTls


class _Outside(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Plain, "https": _Tls}
