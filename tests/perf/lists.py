"""The lists, and what is shown of one: path, version, who asks, and the service's own path."""

from typing import NamedTuple

from tests.cast import HERS


class Request(NamedTuple):
    path: str
    version: str | None = "2.1"
    who: str = "alice"
    base: str = "/v2.1"

    def __str__(self) -> str:
        service = "" if self.base == "/v2.1" else self.base
        return " ".join(filter(None, (f"{service}{self.path}", self.version, self.who)))


# fmt: off
COMPUTE = (
    ("/servers",),
    ("/servers?limit=5&name=.", "2.104"),
    ("/servers/detail",),
    ("/servers/detail", "2.104"),
    ("/servers/detail?all_tenants=1", "2.104", "root"),
    ("/servers/$FIRST", "2.104"),
    ("/servers/$FIRST", "2.104", "root"),
    ("/servers/$FIRST/ips",),
    ("/servers/$FIRST/metadata",),
    ("/servers/$FIRST/tags", "2.26"),
    ("/servers/$FIRST/migrations", "2.80", "root"),
    ("/servers/$FIRST/os-instance-actions", "2.66"),
    ("/servers/$FIRST/os-instance-actions/$REQUEST", "2.84", "root"),
    ("/servers/$FIRST/os-interface", "2.70"),
    ("/servers/$FIRST/os-security-groups",),
    ("/servers/$FIRST/os-volume_attachments", "2.89"),
    ("/servers/$FIRST/shares", "2.97"),
    ("/flavors",),
    ("/flavors/detail", "2.61"),
    ("/flavors/detail?is_public=None", "2.61", "root"),
    ("/flavors/1", "2.61"),
    ("/flavors/1/os-extra_specs",),
    ("/flavors/first/os-flavor-access", "2.1", "root"),
    ("/os-availability-zone",),
    ("/os-availability-zone/detail", "2.1", "root"),
    ("/os-services", "2.69", "root"),
    ("/os-hypervisors", "2.1", "root"),
    ("/os-hypervisors?with_servers=true", "2.53", "root"),
    ("/os-hypervisors/detail", "2.87", "root"),
    ("/os-hypervisors/detail", "2.88", "root"),
    ("/os-hypervisors/statistics", "2.1", "root"),
    ("/os-hypervisors/host/search", "2.1", "root"),
    ("/os-hypervisors/host/servers", "2.1", "root"),
    ("/os-aggregates", "2.1", "root"),
    ("/os-aggregates/$AGGREGATE", "2.1", "root"),
    ("/os-hosts", "2.1", "root"),
    ("/os-hosts/compute1", "2.1", "root"),
    ("/os-migrations", "2.80", "root"),
    ("/os-simple-tenant-usage?detailed=1", "2.40", "root"),
    (f"/os-simple-tenant-usage/{HERS}", "2.40"),
    ("/os-instance_usage_audit_log", "2.1", "root"),
    ("/limits",),
    (f"/os-quota-sets/{HERS}/detail",),
    ("/os-server-groups", "2.64"),
    ("/os-server-groups?all_projects=1", "2.64", "root"),
    ("/os-server-groups/$GROUP", "2.64"),
    ("/os-keypairs", "2.35"),
    ("/extensions",),
    ("/images",),
    ("/images/detail",),
    ("/os-networks",),
    ("/os-tenant-networks",),
    ("/os-floating-ip-pools",),
    ("/os-floating-ips",),
    ("/os-security-groups",),
    ("/os-volumes/detail",),
    ("/os-snapshots/detail",),
    ("/os-volumes_boot/detail",),
)
ADMIN = "administrator"  # who has a token of Identity's own
NEIGHBOURS = (
    ("/identity",  "/v3/projects",            None, ADMIN),
    ("/identity",  "/v3/users",               None, ADMIN),
    ("/identity",  "/v3/groups",              None, ADMIN),
    ("/identity",  "/v3/roles",               None, ADMIN),
    ("/identity",  "/v3/domains",             None, ADMIN),
    ("/identity",  "/v3/role_assignments",    None, ADMIN),
    ("/identity",  "/v3/role_assignments?include_names", None, ADMIN),
    ("/identity",  "/v3/services",            None, ADMIN),
    ("/identity",  "/v3/endpoints",           None, ADMIN),
    ("/identity",  "/v3/regions",             None, ADMIN),
    ("/identity",  "/v3/auth/projects",       None, ADMIN),
    ("/image",     "/v2/images"),
    ("/network",   "/v2.0/networks"),
    ("/network",   "/v2.0/subnets"),
    ("/network",   "/v2.0/ports"),
    ("/network",   "/v2.0/routers"),
    ("/network",   "/v2.0/floatingips"),
    ("/network",   "/v2.0/security-groups"),
    ("/network",   "/v2.0/security-group-rules"),
    ("/volume",    f"/v3/{HERS}/volumes"),
    ("/volume",    f"/v3/{HERS}/volumes/detail", "volume 3.70"),
    ("/volume",    f"/v3/{HERS}/snapshots/detail", "volume 3.70"),
    ("/volume",    f"/v3/{HERS}/attachments/detail", "volume 3.70"),
    ("/volume",    f"/v3/{HERS}/types"),
    ("/placement", "/resource_providers",      "placement 1.39", "root"),
    ("/placement", "/resource_classes",        "placement 1.39", "root"),
    ("/placement", "/traits",                  "placement 1.39", "root"),
    ("/placement", "/allocation_candidates?resources=VCPU:1", "placement 1.39", "root"),
)
# fmt: on

# What is shown of one thing alone, or the same in every cloud, grows with nothing.
OF_ONE = {
    "/servers/$FIRST/ips",
    "/servers/$FIRST/metadata",
    "/servers/$FIRST/shares",
    "/flavors/1",
    "/flavors/1/os-extra_specs",
    "/extensions",
}


def _of_neighbour(base: str, path: str, version: str | None = None, who: str = "alice") -> Request:
    return Request(path, version, who, base)


LISTS = [*(Request(*row) for row in COMPUTE), *(_of_neighbour(*row) for row in NEIGHBOURS)]
