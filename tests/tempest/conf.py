"""conf.py AUTH_URL WORKSPACE: prints a tempest.conf for a cloud, from what the cloud says itself.

Runs on the standard library alone, in whatever environment tempest is installed in.
"""

import configparser
import json
import os
import sys
import urllib.request

AUTH_URL, WORKSPACE = sys.argv[1], sys.argv[2]
USER, PASSWORD, DOMAIN = "admin", "password", "Default"


def ask(url, body=None, token=None, method=None, content_type="application/json"):
    """One request; (headers, body), parsed when it is JSON."""
    headers = {"Content-Type": content_type, "Accept": "application/json"}
    if token:
        headers["X-Auth-Token"] = token
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        raw = answer.read()
        is_json = "json" in answer.headers.get("Content-Type", "")
        return answer.headers, json.loads(raw) if raw and is_json else raw


def log_in():
    user = {"name": USER, "password": PASSWORD, "domain": {"name": DOMAIN}}
    scope = {"project": {"name": "admin", "domain": {"name": DOMAIN}}}
    identity = {"methods": ["password"], "password": {"user": user}}
    headers, body = ask(f"{AUTH_URL}/auth/tokens", {"auth": {"identity": identity, "scope": scope}})
    catalog = {}
    for service in body["token"]["catalog"]:
        for endpoint in service["endpoints"]:
            if endpoint["interface"] == "public":
                catalog[service["type"]] = endpoint["url"].rstrip("/")
    return headers["X-Subject-Token"], catalog


token, catalog = log_in()
images = ask(f"{catalog['image']}/v2/images?status=active&limit=200", token=token)[1]["images"]
if len(images) == 1:
    # The suite skips what needs two images where there is one.
    second = {"name": "second", "visibility": "public"}
    second |= {name: images[0][name] for name in ("disk_format", "container_format")}
    images.append(ask(f"{catalog['image']}/v2/images", second, token)[1])
    raw = ask(f"{catalog['image']}{images[0]['file']}", token=token)[1]
    place = f"{catalog['image']}{images[1]['file']}"
    ask(place, raw, token, "PUT", "application/octet-stream")
images.sort(key=lambda image: ("cirros" not in image["name"], image.get("size") or 0))
flavors = ask(f"{catalog['compute']}/flavors/detail", token=token)[1]["flavors"]
flavors.sort(key=lambda flavor: (flavor["ram"], flavor["vcpus"], flavor["disk"]))
larger = [
    flavor
    for flavor in flavors
    if flavor["ram"] > flavors[0]["ram"] and flavor["disk"] >= flavors[0]["disk"]
]
networks = ask(f"{catalog['network']}/v2.0/networks?router:external=True", token=token)[1]
network = networks["networks"][0]
for shared in ask(f"{catalog['network']}/v2.0/networks?shared=True", token=token)[1]["networks"]:
    # The suite makes networks of its own, and skips auto-allocation where one is shared.
    body = {"network": {"shared": False}}
    ask(f"{catalog['network']}/v2.0/networks/{shared['id']}", body, token, "PUT")
types = ask(f"{catalog['block-storage']}/types", token=token)[1]["volume_types"]
multiattach = [t["name"] for t in types if t["extra_specs"].get("multiattach") == "<is> True"]

SECTIONS = {
    "DEFAULT": {
        "log_file": f"{WORKSPACE}/tempest.log",
        "use_stderr": False,
        "debug": "SHOWN" in os.environ,
    },
    "oslo_concurrency": {"lock_path": f"{WORKSPACE}/lock"},
    "auth": {
        "use_dynamic_credentials": True,
        "create_isolated_networks": True,
        "admin_username": USER,
        "admin_password": PASSWORD,
        "admin_project_name": "admin",
        "admin_domain_name": DOMAIN,
        "default_credentials_domain_name": DOMAIN,
    },
    "identity": {"uri_v3": AUTH_URL, "auth_version": "v3", "region": "RegionOne"},
    "identity-feature-enabled": {"trust": True, "security_compliance": False},
    "service_available": {
        "nova": True,
        "glance": True,
        "neutron": True,
        "cinder": True,
        "swift": False,
        "horizon": False,
    },
    "enforce_scope": dict.fromkeys(
        ("nova", "keystone", "glance", "neutron", "cinder", "placement"), True
    ),
    "validation": {"run_validation": False},
    "compute": {
        "image_ref": images[0]["id"],
        "image_ref_alt": images[min(1, len(images) - 1)]["id"],
        "flavor_ref": flavors[0]["id"],
        "flavor_ref_alt": (larger or flavors)[0]["id"],
        "min_compute_nodes": 2,
        "build_timeout": 60,
        "build_interval": 1,
        "min_microversion": os.environ.get("MIN_MV", "2.1"),
        "max_microversion": os.environ.get("MAX_MV", "latest"),
    },
    "compute-feature-enabled": {
        "disk_config": True,
        "hostname_fqdn_sanitization": True,
        "dhcp_domain": ".novalocal",
        "change_password": True,
        "console_output": True,
        "resize": True,
        "pause": True,
        "shelve": True,
        "shelve_migrate": True,
        "suspend": True,
        "cold_migration": True,
        "live_migration": True,
        "live_migrate_back_and_forth": True,
        "block_migration_for_live_migration": True,
        "can_migrate_between_any_hosts": True,
        "metadata_service": True,
        "vnc_console": True,
        "spice_console": True,
        "serial_console": True,
        "rescue": True,
        "stable_rescue": True,
        "enable_instance_password": True,
        "interface_attach": True,
        "snapshot": True,
        "personality": True,
        "config_drive": True,
        "swap_volume": True,
        "volume_backed_live_migration": True,
        "volume_multiattach": True,
        "ide_bus": True,
        "scheduler_enabled_filters": "ComputeFilter,ComputeCapabilitiesFilter,"
        "ImagePropertiesFilter,ServerGroupAntiAffinityFilter,ServerGroupAffinityFilter,"
        "SameHostFilter,DifferentHostFilter",
        "nova_policy_roles": "admin,member,reader,manager,service",
    },
    "image": {"build_timeout": 60, "build_interval": 1},
    # What is said about an image's bytes is believed here.
    "image-feature-enabled": {"import_image": True},
    "network": {"public_network_id": network["id"], "floating_network_name": network["name"]},
    "network-feature-enabled": {
        "floating_ips": True,
        "ipv6": True,
        "ipv6_subnet_attributes": True,
        "port_security": True,
        "api_extensions": "all",
    },
    "volume": {
        "catalog_type": "block-storage",
        "volume_type_multiattach": multiattach[0],
        "volume_size": 1,
        "build_timeout": 60,
        "min_microversion": "3.0",
        "max_microversion": "latest",
    },
    "volume-feature-enabled": {
        "snapshot": True,
        "clone": True,
        "backup": True,
        "extend_attached_volume": True,
        "extend_attached_encrypted_volume": True,
    },
}
conf = configparser.RawConfigParser()
for section, options in SECTIONS.items():
    if section != "DEFAULT":
        conf.add_section(section)
    for name, value in options.items():
        conf.set(section, name, str(value))
conf.write(sys.stdout)
