"""What guests are told: the metadata service and config drives.  Nova's options, by its names.

`compute.domain.guest_data.conf` says what each means.
"""

import os

# A second port for the metadata service; none when it is not set.
METADATA_PORT = int(os.environ.get("KILONOVA_METADATA_PORT") or 0) or None
METADATA_CACHE_EXPIRATION = 15

# A proxy that says who asks, and proves it with this secret; without, a guest is known by address.
METADATA_PROXY_SHARED_SECRET = os.environ.get("KILONOVA_METADATA_SECRET", "")
SERVICE_METADATA_PROXY = bool(METADATA_PROXY_SHARED_SECRET)

DHCP_DOMAIN = "novalocal"
FLAT_INJECTED = False

VENDORDATA_PROVIDERS = ["StaticJSON"]
VENDORDATA_JSONFILE_PATH = os.environ.get("KILONOVA_VENDORDATA") or None
# Each is "name@url"
VENDORDATA_DYNAMIC_TARGETS: list[str] = []
VENDORDATA_DYNAMIC_SSL_CERTFILE = ""
VENDORDATA_DYNAMIC_CONNECT_TIMEOUT = 5
VENDORDATA_DYNAMIC_READ_TIMEOUT = 5
VENDORDATA_DYNAMIC_FAILURE_FATAL = False
# Whether a target may be on this machine or on its own link.
VENDORDATA_DYNAMIC_ALLOW_LOCAL = False

FORCE_CONFIG_DRIVE = False
CONFIG_DRIVE_SKIP_VERSIONS = (
    "1.0 2007-01-19 2007-03-01 2007-08-29 2007-10-10 2007-12-15 2008-02-01 2008-09-01"
)
