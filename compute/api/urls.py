"""The contents page of the Compute API: every path, its view, and a method for each HTTP method.

Mounted below /v2.1 and /v2, with and without the project's id (compute/api/mount.py).
"""

from django.urls import URLPattern

from compute.api import tombstones
from compute.api.aggregates import AggregateViewSet
from compute.api.assisted_volume_snapshots import AssistedVolumeSnapshotsViewSet
from compute.api.availability_zones import AvailabilityZoneViewSet
from compute.api.console_auth_tokens import ConsoleAuthTokensViewSet
from compute.api.extensions import ExtensionViewSet
from compute.api.flavor_access import FlavorAccessViewSet
from compute.api.flavor_extra_specs import FlavorExtraSpecsViewSet
from compute.api.flavors import FlavorViewSet
from compute.api.hosts import HostViewSet
from compute.api.hypervisors import HypervisorViewSet
from compute.api.keypairs import KeyPairViewSet
from compute.api.limits import LimitsViewSet
from compute.api.migrations import MigrationViewSet
from compute.api.proxies.baremetal_nodes import BaremetalNodeViewSet
from compute.api.proxies.floating_ip_pools import FloatingIpPoolViewSet
from compute.api.proxies.floating_ips import FloatingIpViewSet
from compute.api.proxies.image_metadata import ImageMetadataViewSet
from compute.api.proxies.images import ImageViewSet
from compute.api.proxies.networks import NetworkViewSet
from compute.api.proxies.security_group_rules import SecurityGroupRuleViewSet
from compute.api.proxies.security_groups import SecurityGroupViewSet
from compute.api.proxies.snapshots import SnapshotViewSet
from compute.api.proxies.tenant_networks import TenantNetworkViewSet
from compute.api.proxies.volumes import VolumeViewSet
from compute.api.proxies.volumes_boot import VolumesBootViewSet
from compute.api.quota_class_sets import QuotaClassSetViewSet
from compute.api.quota_sets import QuotaSetViewSet
from compute.api.server_external_events import ServerExternalEventsViewSet
from compute.api.server_groups import ServerGroupViewSet
from compute.api.servers.actions.views import ServerActionsViewSet
from compute.api.servers.diagnostics import ServerDiagnosticsViewSet
from compute.api.servers.interfaces import ServerInterfacesViewSet
from compute.api.servers.ips import ServerIpsViewSet
from compute.api.servers.metadata import ServerMetadataViewSet
from compute.api.servers.migrations import ServerMigrationsViewSet
from compute.api.servers.password import ServerPasswordViewSet
from compute.api.servers.remote_consoles import RemoteConsolesViewSet
from compute.api.servers.security_groups import ServerSecurityGroupsViewSet
from compute.api.servers.server_actions import ServerActionsListViewSet
from compute.api.servers.shares import ServerSharesViewSet
from compute.api.servers.tags import ServerTagsViewSet
from compute.api.servers.topology import ServerTopologyViewSet
from compute.api.servers.views import ServerViewSet
from compute.api.servers.volumes import ServerVolumesViewSet
from compute.api.services import ServiceViewSet
from compute.api.simple_tenant_usage import UsageViewSet
from compute.api.usage_audit_log import UsageAuditLogViewSet
from compute.api.versions import VersionViewSet
from versioned.routes import route

# fmt: off
urlpatterns: list[URLPattern] = [
    # Versions
    route("/", VersionViewSet, get="retrieve"),
    route("/versions/{id}", VersionViewSet, get="retrieve"),

    # Servers
    route("/servers", ServerViewSet, get="list", post="create"),
    route("/servers/detail", ServerViewSet, get="detail", put="update", delete="destroy"),
    route("/servers/{server_id}", ServerViewSet, get="retrieve", put="update", delete="destroy"),
    route("/servers/{server_id}/action", ServerActionsViewSet, post="action"),
    route("/servers/{server_id}/diagnostics", ServerDiagnosticsViewSet, get="list"),
    route("/servers/{server_id}/ips", ServerIpsViewSet, get="list"),
    route("/servers/{server_id}/ips/{network}", ServerIpsViewSet, get="retrieve"),
    route("/servers/{server_id}/metadata", ServerMetadataViewSet, get="list", post="create", put="replace"),
    route("/servers/{server_id}/metadata/{key}", ServerMetadataViewSet, get="retrieve", put="update", delete="destroy"),
    route("/servers/{server_id}/migrations", ServerMigrationsViewSet, get="list"),
    route("/servers/{server_id}/migrations/{id}", ServerMigrationsViewSet, get="retrieve", delete="destroy"),
    route("/servers/{server_id}/migrations/{id}/action", ServerMigrationsViewSet, post="action"),
    route("/servers/{server_id}/remote-consoles", RemoteConsolesViewSet, post="create"),
    route("/servers/{server_id}/os-instance-actions", ServerActionsListViewSet, get="list"),
    route("/servers/{server_id}/os-instance-actions/{request_id}", ServerActionsListViewSet, get="retrieve"),
    route("/servers/{server_id}/os-interface", ServerInterfacesViewSet, get="list", post="create"),
    route("/servers/{server_id}/os-interface/{port_id}", ServerInterfacesViewSet, get="retrieve", delete="destroy"),
    route("/servers/{server_id}/os-security-groups", ServerSecurityGroupsViewSet, get="list"),
    route("/servers/{server_id}/os-server-password", ServerPasswordViewSet, get="list", delete="clear"),
    route("/servers/{server_id}/os-volume_attachments", ServerVolumesViewSet, get="list", post="create"),
    route("/servers/{server_id}/os-volume_attachments/{volume_id}", ServerVolumesViewSet, get="retrieve", put="update", delete="destroy"),
    route("/servers/{server_id}/shares", ServerSharesViewSet, get="list", post="create"),
    route("/servers/{server_id}/shares/{share_id}", ServerSharesViewSet, get="retrieve", delete="destroy"),
    route("/servers/{server_id}/tags", ServerTagsViewSet, get="list", put="replace", delete="clear"),
    route("/servers/{server_id}/tags/{tag}", ServerTagsViewSet, get="retrieve", put="update", delete="destroy"),
    route("/servers/{server_id}/topology", ServerTopologyViewSet, get="list"),

    # Flavors
    route("/flavors", FlavorViewSet, get="list", post="create"),
    route("/flavors/detail", FlavorViewSet, get="detail", put="update", delete="destroy"),
    route("/flavors/{id}", FlavorViewSet, get="retrieve", put="update", delete="destroy"),
    route("/flavors/{id}/action", FlavorAccessViewSet, post="action"),
    route("/flavors/{flavor_id}/os-extra_specs", FlavorExtraSpecsViewSet, get="list", post="create"),
    route("/flavors/{flavor_id}/os-extra_specs/{id}", FlavorExtraSpecsViewSet, get="retrieve", put="update", delete="destroy"),
    route("/flavors/{flavor_id}/os-flavor-access", FlavorAccessViewSet, get="list"),

    # Hosts and services
    route("/os-availability-zone", AvailabilityZoneViewSet, get="list"),
    route("/os-availability-zone/detail", AvailabilityZoneViewSet, get="detail"),
    route("/os-services", ServiceViewSet, get="list"),
    route("/os-services/{id}", ServiceViewSet, put="update", delete="destroy"),
    route("/os-hypervisors", HypervisorViewSet, get="list"),
    route("/os-hypervisors/detail", HypervisorViewSet, get="detail"),
    route("/os-hypervisors/statistics", HypervisorViewSet, get="statistics"),
    route("/os-hypervisors/{id}", HypervisorViewSet, get="retrieve"),
    route("/os-hypervisors/{id}/uptime", HypervisorViewSet, get="uptime"),
    route("/os-hypervisors/{id}/search", HypervisorViewSet, get="search"),
    route("/os-hypervisors/{id}/servers", HypervisorViewSet, get="servers"),

    route("/os-aggregates", AggregateViewSet, get="list", post="create"),
    route("/os-aggregates/{id}", AggregateViewSet, get="retrieve", put="update", delete="destroy"),
    route("/os-aggregates/{id}/action", AggregateViewSet, post="action"),
    route("/os-aggregates/{id}/images", AggregateViewSet, post="images"),

    route("/os-hosts", HostViewSet, get="list"),
    route("/os-hosts/{id}", HostViewSet, get="retrieve", put="update"),
    route("/os-hosts/{id}/startup", HostViewSet, get="startup"),
    route("/os-hosts/{id}/shutdown", HostViewSet, get="shutdown"),
    route("/os-hosts/{id}/reboot", HostViewSet, get="reboot"),
    route("/os-migrations", MigrationViewSet, get="list"),
    route("/os-assisted-volume-snapshots", AssistedVolumeSnapshotsViewSet, post="create"),
    route("/os-assisted-volume-snapshots/{id}", AssistedVolumeSnapshotsViewSet, delete="destroy"),
    route("/os-server-external-events", ServerExternalEventsViewSet, post="create"),

    # Usage
    route("/os-simple-tenant-usage", UsageViewSet, get="list"),
    route("/os-simple-tenant-usage/{id}", UsageViewSet, get="retrieve"),
    route("/os-instance_usage_audit_log", UsageAuditLogViewSet, get="list"),
    route("/os-instance_usage_audit_log/{id}", UsageAuditLogViewSet, get="retrieve"),

    # Limits and quotas
    route("/limits", LimitsViewSet, get="list"),
    route("/os-quota-sets/{id}", QuotaSetViewSet, get="retrieve", put="update", delete="destroy"),
    route("/os-quota-sets/{id}/detail", QuotaSetViewSet, get="detail"),
    route("/os-quota-sets/{id}/defaults", QuotaSetViewSet, get="defaults"),
    route("/os-quota-class-sets/{id}", QuotaClassSetViewSet, get="retrieve", put="update"),

    # Server groups
    route("/os-server-groups", ServerGroupViewSet, get="list", post="create"),
    route("/os-server-groups/{id}", ServerGroupViewSet, get="retrieve", delete="destroy"),

    # Consoles
    route("/os-console-auth-tokens/{id}", ConsoleAuthTokensViewSet, get="retrieve"),

    # Key pairs
    route("/os-keypairs", KeyPairViewSet, get="list", post="create"),
    route("/os-keypairs/{id}", KeyPairViewSet, get="retrieve", delete="destroy"),

    # Views over the neighbours
    route("/images", ImageViewSet, get="list"),
    route("/images/detail", ImageViewSet, get="detail", delete="destroy"),
    route("/images/{id}", ImageViewSet, get="retrieve", delete="destroy"),
    route("/images/{image_id}/metadata", ImageMetadataViewSet, get="list", post="create", put="replace"),
    route("/images/{image_id}/metadata/{key}", ImageMetadataViewSet, get="retrieve", put="update", delete="destroy"),
    route("/os-baremetal-nodes", BaremetalNodeViewSet, get="list", post="create"),
    route("/os-baremetal-nodes/{id}", BaremetalNodeViewSet, get="retrieve", delete="destroy"),
    route("/os-baremetal-nodes/{id}/action", BaremetalNodeViewSet, post="action"),
    route("/os-floating-ip-pools", FloatingIpPoolViewSet, get="list"),
    route("/os-floating-ips", FloatingIpViewSet, get="list", post="create"),
    route("/os-floating-ips/{id}", FloatingIpViewSet, get="retrieve", delete="destroy"),
    route("/os-networks", NetworkViewSet, get="list", post="gone"),
    route("/os-networks/add", NetworkViewSet, get="retrieve", post="gone", delete="gone"),
    route("/os-networks/{id}", NetworkViewSet, get="retrieve", delete="gone"),
    route("/os-security-group-rules", SecurityGroupRuleViewSet, post="create"),
    route("/os-security-group-rules/{id}", SecurityGroupRuleViewSet, delete="destroy"),
    route("/os-security-groups", SecurityGroupViewSet, get="list", post="create"),
    route("/os-security-groups/{id}", SecurityGroupViewSet, get="retrieve", put="update", delete="destroy"),
    route("/os-snapshots", SnapshotViewSet, get="list", post="create"),
    route("/os-snapshots/detail", SnapshotViewSet, get="detail", delete="destroy"),
    route("/os-snapshots/{id}", SnapshotViewSet, get="retrieve", delete="destroy"),
    route("/os-tenant-networks", TenantNetworkViewSet, get="list", post="gone"),
    route("/os-tenant-networks/{id}", TenantNetworkViewSet, get="retrieve", delete="gone"),
    route("/os-volumes", VolumeViewSet, get="list", post="create"),
    route("/os-volumes/detail", VolumeViewSet, get="detail", delete="destroy"),
    route("/os-volumes/{id}", VolumeViewSet, get="retrieve", delete="destroy"),
    route("/os-volumes_boot", VolumesBootViewSet, get="list", post="create"),
    route("/os-volumes_boot/detail", VolumesBootViewSet, get="detail", put="update", delete="destroy"),
    route("/os-volumes_boot/{server_id}", VolumesBootViewSet, get="retrieve", put="update", delete="destroy"),
    route("/os-volumes_boot/{server_id}/action", VolumesBootViewSet, post="action"),

    # What there is no more
    route("/extensions", ExtensionViewSet, get="list"),
    route("/extensions/{id}", ExtensionViewSet, get="retrieve"),
    *tombstones.rows(),
]
# fmt: on
