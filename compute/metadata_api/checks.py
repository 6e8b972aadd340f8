"""System checks of what guests are told: settings that cannot work, or that trust everybody."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.core.checks import CheckMessage, Error, Warning, register

from compute.domain.guest_data import vendordata
from compute.domain.guest_data.conf import conf


@register()
def check_guest_data(**kwargs: Any) -> list[CheckMessage]:
    """Check the metadata service's proxy, and where vendor data comes from."""
    return list(_problems())


def _problems() -> Iterator[CheckMessage]:
    if conf.service_metadata_proxy and not conf.metadata_proxy_shared_secret:
        yield Warning(
            "SERVICE_METADATA_PROXY has no METADATA_PROXY_SHARED_SECRET: "
            "everybody can ask as any guest.",
            id="compute.W010",
        )
    for name in conf.vendordata_providers:
        if name not in (vendordata.STATIC, vendordata.DYNAMIC):
            yield Error(f"VENDORDATA_PROVIDERS names {name!r}, which is none.", id="compute.E010")
    for target in conf.vendordata_dynamic_targets:
        name, _, url = target.partition("@")
        if not name or urlsplit(url).scheme not in ("http", "https"):
            yield Error(
                f"VENDORDATA_DYNAMIC_TARGETS: {target!r} is not name@http(s)://….",
                id="compute.E011",
            )
    path = conf.vendordata_jsonfile_path
    if path is not None and vendordata.is_static():
        try:
            vendordata.static()
        except (OSError, ValueError) as exc:
            yield Error(f"VENDORDATA_JSONFILE_PATH cannot be read: {exc}", id="compute.E012")
