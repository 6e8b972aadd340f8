"""The settings of what guests are told, one property each, named as the options of Nova."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings


class Conf:
    """Reads settings when it is asked, so that tests may override them."""

    # The service

    @property
    def metadata_port(self) -> int | None:
        """The port that `runserver` answers guests on; None: it does not."""
        return getattr(settings, "METADATA_PORT", None)

    @property
    def metadata_cache_expiration(self) -> int:
        """For how many seconds what is known of a guest counts as new; 0 keeps nothing."""
        return int(getattr(settings, "METADATA_CACHE_EXPIRATION", 15))

    @property
    def service_metadata_proxy(self) -> bool:
        """Whether a proxy says in headers who asks; or else a guest is known by its address."""
        return bool(getattr(settings, "SERVICE_METADATA_PROXY", False))

    @property
    def metadata_proxy_shared_secret(self) -> str:
        """What the proxy signs with."""
        return str(getattr(settings, "METADATA_PROXY_SHARED_SECRET", ""))

    # The documents

    @property
    def dhcp_domain(self) -> str:
        """What follows the host name; empty: nothing does."""
        return str(getattr(settings, "DHCP_DOMAIN", "novalocal") or "")

    @property
    def flat_injected(self) -> bool:
        """Whether a guest without DHCP gets /etc/network/interfaces as a document."""
        return bool(getattr(settings, "FLAT_INJECTED", False))

    # Vendor data

    @property
    def vendordata_providers(self) -> Sequence[str]:
        """StaticJSON and DynamicJSON, in the order in which they win."""
        found: Sequence[str] = getattr(settings, "VENDORDATA_PROVIDERS", ["StaticJSON"])
        return found

    @property
    def vendordata_jsonfile_path(self) -> Path | None:
        """The file that StaticJSON is."""
        path = getattr(settings, "VENDORDATA_JSONFILE_PATH", None)
        return Path(path) if path else None

    @property
    def vendordata_dynamic_targets(self) -> Sequence[str]:
        """Who is asked for DynamicJSON: `name@url`."""
        found: Sequence[str] = getattr(settings, "VENDORDATA_DYNAMIC_TARGETS", [])
        return found

    @property
    def vendordata_dynamic_ssl_certfile(self) -> str:
        """The authorities that targets' certificates are held against; empty: the usual ones."""
        return str(getattr(settings, "VENDORDATA_DYNAMIC_SSL_CERTFILE", "") or "")

    @property
    def vendordata_dynamic_timeouts(self) -> tuple[float, float]:
        """How long to wait for a target's connection, and for each part of its answer."""
        return (
            float(getattr(settings, "VENDORDATA_DYNAMIC_CONNECT_TIMEOUT", 5)),
            float(getattr(settings, "VENDORDATA_DYNAMIC_READ_TIMEOUT", 5)),
        )

    @property
    def vendordata_dynamic_failure_fatal(self) -> bool:
        """Whether a guest gets an error when a target fails; or else the target says nothing."""
        return bool(getattr(settings, "VENDORDATA_DYNAMIC_FAILURE_FATAL", False))

    @property
    def vendordata_dynamic_allow_local(self) -> bool:
        """Whether targets may be on loopback or link-local addresses."""
        return bool(getattr(settings, "VENDORDATA_DYNAMIC_ALLOW_LOCAL", False))

    # Config drives

    @property
    def force_config_drive(self) -> bool:
        """Whether every new server has one."""
        return bool(getattr(settings, "FORCE_CONFIG_DRIVE", False))

    @property
    def config_drive_skip_versions(self) -> frozenset[str]:
        """The EC2 versions that are not put on drives."""
        return frozenset(str(getattr(settings, "CONFIG_DRIVE_SKIP_VERSIONS", "")).split())


conf = Conf()
