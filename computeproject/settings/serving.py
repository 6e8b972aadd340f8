"""What `manage.py serve` runs, and where.  Nova's options, by its names.

Each API has `<api>_listen`, `<api>_listen_port` and `<api>_workers`: here in capitals, as
OSAPI_COMPUTE_WORKERS, and in the environment as KILONOVA_OSAPI_COMPUTE_WORKERS.
"""

import os

# Of these: osapi_compute metadata identity image network volume placement
ENABLED_APIS = os.environ.get("KILONOVA_ENABLED_APIS", "osapi_compute,metadata").split(",")
ENABLED_SSL_APIS = [
    name for name in os.environ.get("KILONOVA_ENABLED_SSL_APIS", "").split(",") if name
]
SSL_CERT_FILE = os.environ.get("KILONOVA_SSL_CERT_FILE", "")
SSL_KEY_FILE = os.environ.get("KILONOVA_SSL_KEY_FILE", "")
# Seconds that requests have to come to an end when a worker stops.
GRACEFUL_SHUTDOWN_TIMEOUT = 60
# Where clients reach osapi_compute, if they do not ask it by its own port: behind a balancer.
PUBLIC_URL = os.environ.get("KILONOVA_PUBLIC_URL", "")

for _name in ("osapi_compute metadata identity image network volume placement").upper().split():
    for _option in ("LISTEN", "LISTEN_PORT", "WORKERS"):
        if _value := os.environ.get(f"KILONOVA_{_name}_{_option}"):
            globals()[f"{_name}_{_option}"] = _value
