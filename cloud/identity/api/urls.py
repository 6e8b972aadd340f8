"""Every path of Identity v3: the contents page."""

from typing import Any

from django.urls import URLPattern, re_path
from django.views import View

from cloud.identity.api.access_tokens import (
    AccessTokenViewSet,
    ConsumersTokenViewSet,
    RequestTokenViewSet,
)
from cloud.identity.api.application_credentials import (
    AccessRuleViewSet,
    ApplicationCredentialViewSet,
)
from cloud.identity.api.auth import AuthViewSet
from cloud.identity.api.consumers import ConsumerViewSet
from cloud.identity.api.credentials import CredentialViewSet, Ec2CredentialViewSet
from cloud.identity.api.discovery import DiscoveryViewSet, NowhereViewSet
from cloud.identity.api.domain_config import DomainConfigViewSet
from cloud.identity.api.domains import DomainViewSet
from cloud.identity.api.endpoint_filter import EndpointGroupViewSet, ProjectEndpointViewSet
from cloud.identity.api.federation import FederatedAuthViewSet
from cloud.identity.api.grants import GrantViewSet, InheritedGrantViewSet, SystemGrantViewSet
from cloud.identity.api.groups import GroupViewSet
from cloud.identity.api.identity_providers import (
    IdentityProviderViewSet,
    MappingViewSet,
    ProtocolViewSet,
)
from cloud.identity.api.key_tokens import KeyTokenViewSet
from cloud.identity.api.limits import LimitViewSet, RegisteredLimitViewSet
from cloud.identity.api.memberships import MembershipViewSet
from cloud.identity.api.policies import PolicyAssociationViewSet, PolicyViewSet
from cloud.identity.api.projects import ProjectTagViewSet, ProjectViewSet
from cloud.identity.api.role_assignments import RoleAssignmentViewSet
from cloud.identity.api.roles import ImpliedRoleViewSet, RoleViewSet
from cloud.identity.api.service_providers import ServiceProviderViewSet
from cloud.identity.api.services import EndpointViewSet, RegionViewSet, ServiceViewSet
from cloud.identity.api.tokens import TokenViewSet
from cloud.identity.api.trusts import TrustViewSet
from cloud.identity.api.users import UserViewSet
from versioned.routes import route


def row(path: str, viewset: Any, **methods: str) -> URLPattern:
    """A route that answers HEAD as it answers GET."""
    if "get" in methods:
        methods.setdefault("head", methods["get"])
    return route(path, viewset, **methods)


def grants(path: str, viewset: Any, end: str = "") -> list[URLPattern]:
    """The rows of the roles that an actor has on a target."""
    found = [row(f"{path}/{{role_id}}{end}", viewset, get="check", put="create", delete="destroy")]
    # Keystone: lists what is inherited from domains only.
    if not (end and "/projects/" in path):
        found.append(row(path + end, viewset, get="list"))
    return found


# ruff: noqa: E501
# fmt: off
urlpatterns = [
    row("",                                     DiscoveryViewSet, get="versions"),
    row("/",                                    DiscoveryViewSet, get="versions"),
    row("/v3",                                  DiscoveryViewSet, get="version"),
    row("/v3/",                                 DiscoveryViewSet, get="version"),

    row("/v3/auth/tokens",                      TokenViewSet, get="retrieve", head="check", post="create", delete="destroy"),
    row("/v3/auth/tokens/OS-PKI/revoked",       TokenViewSet, get="revoked"),
    row("/v3/ec2tokens",                        KeyTokenViewSet, post="ec2"),
    row("/v3/s3tokens",                         KeyTokenViewSet, post="s3"),
    row("/v3/auth/projects",                    AuthViewSet, get="projects"),
    row("/v3/auth/domains",                     AuthViewSet, get="domains"),
    row("/v3/auth/system",                      AuthViewSet, get="system"),
    row("/v3/auth/catalog",                     AuthViewSet, get="catalog"),
    row("/v3/OS-FEDERATION/projects",           AuthViewSet, get="projects"),
    row("/v3/OS-FEDERATION/domains",            AuthViewSet, get="domains"),

    row("/v3/OS-FEDERATION/identity_providers", IdentityProviderViewSet, get="list"),
    row("/v3/OS-FEDERATION/identity_providers/{id}", IdentityProviderViewSet, get="retrieve", put="create", patch="update", delete="destroy"),
    row("/v3/OS-FEDERATION/identity_providers/{idp_id}/protocols", ProtocolViewSet, get="list"),
    row("/v3/OS-FEDERATION/identity_providers/{idp_id}/protocols/{protocol_id}", ProtocolViewSet, get="retrieve", put="create", patch="update", delete="destroy"),
    row("/v3/OS-FEDERATION/mappings",           MappingViewSet, get="list"),
    row("/v3/OS-FEDERATION/mappings/{id}",      MappingViewSet, get="retrieve", put="create", patch="update", delete="destroy"),
    row("/v3/OS-FEDERATION/service_providers",  ServiceProviderViewSet, get="list"),
    row("/v3/OS-FEDERATION/service_providers/{id}", ServiceProviderViewSet, get="retrieve", put="create", patch="update", delete="destroy"),
    row("/v3/OS-FEDERATION/identity_providers/{idp_id}/protocols/{protocol_id}/auth", FederatedAuthViewSet, get="auth", post="auth"),

    row("/v3/domains/config/default",           DomainConfigViewSet, get="default"),
    row("/v3/domains/config/{group}/default",   DomainConfigViewSet, get="default"),
    row("/v3/domains/config/{group}/{option}/default", DomainConfigViewSet, get="default"),
    row("/v3/domains/{domain_id}/config",       DomainConfigViewSet, get="retrieve", put="create", patch="update", delete="destroy"),
    row("/v3/domains/{domain_id}/config/{group}", DomainConfigViewSet, get="retrieve", patch="update", delete="destroy"),
    row("/v3/domains/{domain_id}/config/{group}/{option}", DomainConfigViewSet, get="retrieve", patch="update", delete="destroy"),
    row("/v3/domains",                          DomainViewSet, get="list", post="create"),
    row("/v3/domains/{id}",                     DomainViewSet, get="retrieve", patch="update", delete="destroy"),

    row("/v3/projects",                         ProjectViewSet, get="list", post="create"),
    row("/v3/projects/{id}",                    ProjectViewSet, get="retrieve", patch="update", delete="destroy"),
    row("/v3/projects/{id}/tags",               ProjectTagViewSet, get="tags", put="replace", delete="clear"),
    row("/v3/projects/{id}/tags/{tag}",         ProjectTagViewSet, get="check", put="add", delete="remove"),

    row("/v3/users",                            UserViewSet, get="list", post="create"),
    row("/v3/users/{user_id}",                  UserViewSet, get="retrieve", patch="update", delete="destroy"),
    row("/v3/users/{user_id}/password",         UserViewSet, post="password"),
    row("/v3/users/{user_id}/projects",         UserViewSet, get="projects"),
    row("/v3/users/{user_id}/groups",           UserViewSet, get="groups"),

    row("/v3/users/{user_id}/tokens",           UserViewSet, delete="revoke_tokens"),
    row("/v3/users/{user_id}/credentials/OS-EC2", Ec2CredentialViewSet, get="list", post="create"),
    row("/v3/users/{user_id}/credentials/OS-EC2/{access}", Ec2CredentialViewSet, get="retrieve", delete="destroy"),
    row("/v3/users/{user_id}/application_credentials", ApplicationCredentialViewSet, get="list", post="create"),
    row("/v3/users/{user_id}/application_credentials/{id}", ApplicationCredentialViewSet, get="retrieve", delete="destroy"),
    row("/v3/users/{user_id}/access_rules",     AccessRuleViewSet, get="list"),
    row("/v3/users/{user_id}/access_rules/{id}", AccessRuleViewSet, get="retrieve", delete="destroy"),

    row("/v3/users/{user_id}/OS-OAUTH1/access_tokens", AccessTokenViewSet, get="list"),
    row("/v3/users/{user_id}/OS-OAUTH1/access_tokens/{access_token_id}", AccessTokenViewSet, get="retrieve", delete="destroy"),
    row("/v3/users/{user_id}/OS-OAUTH1/access_tokens/{access_token_id}/roles", AccessTokenViewSet, get="roles"),
    row("/v3/users/{user_id}/OS-OAUTH1/access_tokens/{access_token_id}/roles/{role_id}", AccessTokenViewSet, get="role"),

    row("/v3/groups",                           GroupViewSet, get="list", post="create"),
    row("/v3/groups/{group_id}",                GroupViewSet, get="retrieve", patch="update", delete="destroy"),
    row("/v3/groups/{group_id}/users",          MembershipViewSet, get="list"),
    row("/v3/groups/{group_id}/users/{user_id}", MembershipViewSet, get="check", put="add", delete="remove"),

    row("/v3/roles",                            RoleViewSet, get="list", post="create"),
    row("/v3/roles/{id}",                       RoleViewSet, get="retrieve", patch="update", delete="destroy"),
    row("/v3/roles/{prior_id}/implies",         ImpliedRoleViewSet, get="list"),
    row("/v3/roles/{prior_id}/implies/{implied_id}", ImpliedRoleViewSet, get="retrieve", head="check", put="create", delete="destroy"),
    row("/v3/role_inferences",                  ImpliedRoleViewSet, get="inferences"),
    row("/v3/role_assignments",                 RoleAssignmentViewSet, get="list"),
    *grants("/v3/projects/{project_id}/users/{user_id}/roles", GrantViewSet),
    *grants("/v3/projects/{project_id}/groups/{group_id}/roles", GrantViewSet),
    *grants("/v3/domains/{domain_id}/users/{user_id}/roles", GrantViewSet),
    *grants("/v3/domains/{domain_id}/groups/{group_id}/roles", GrantViewSet),
    *grants("/v3/system/users/{user_id}/roles", SystemGrantViewSet),
    *grants("/v3/system/groups/{group_id}/roles", SystemGrantViewSet),
    *grants("/v3/OS-INHERIT/projects/{project_id}/users/{user_id}/roles", InheritedGrantViewSet, "/inherited_to_projects"),
    *grants("/v3/OS-INHERIT/projects/{project_id}/groups/{group_id}/roles", InheritedGrantViewSet, "/inherited_to_projects"),
    *grants("/v3/OS-INHERIT/domains/{domain_id}/users/{user_id}/roles", InheritedGrantViewSet, "/inherited_to_projects"),
    *grants("/v3/OS-INHERIT/domains/{domain_id}/groups/{group_id}/roles", InheritedGrantViewSet, "/inherited_to_projects"),

    row("/v3/services",                         ServiceViewSet, get="list", post="create"),
    row("/v3/services/{id}",                    ServiceViewSet, get="retrieve", patch="update", delete="destroy"),
    row("/v3/endpoints",                        EndpointViewSet, get="list", post="create"),
    row("/v3/endpoints/{id}",                   EndpointViewSet, get="retrieve", patch="update", delete="destroy"),
    row("/v3/regions",                          RegionViewSet, get="list", post="create"),
    row("/v3/regions/{id}",                     RegionViewSet, get="retrieve", put="create_as", patch="update", delete="destroy"),

    row("/v3/endpoints/{id}/OS-ENDPOINT-POLICY/policy", PolicyViewSet, get="for_endpoint"),

    row("/v3/credentials",                      CredentialViewSet, get="list", post="create"),
    row("/v3/credentials/{id}",                 CredentialViewSet, get="retrieve", patch="update", delete="destroy"),
    row("/v3/registered_limits",                RegisteredLimitViewSet, get="list", post="create"),
    row("/v3/registered_limits/{id}",           RegisteredLimitViewSet, get="retrieve", patch="update", delete="destroy"),
    row("/v3/limits",                           LimitViewSet, get="list", post="create"),
    row("/v3/limits/model",                     LimitViewSet, get="model"),
    row("/v3/limits/{id}",                      LimitViewSet, get="retrieve", patch="update", delete="destroy"),

    row("/v3/policies",                         PolicyViewSet, get="list", post="create"),
    row("/v3/policies/{id}",                    PolicyViewSet, get="retrieve", patch="update", delete="destroy"),
    row("/v3/policies/{id}/OS-ENDPOINT-POLICY/endpoints", PolicyViewSet, get="endpoints"),
    row("/v3/policies/{policy_id}/OS-ENDPOINT-POLICY/endpoints/{endpoint_id}", PolicyAssociationViewSet, get="check", put="create", delete="destroy"),
    row("/v3/policies/{policy_id}/OS-ENDPOINT-POLICY/services/{service_id}", PolicyAssociationViewSet, get="check", put="create", delete="destroy"),
    row("/v3/policies/{policy_id}/OS-ENDPOINT-POLICY/services/{service_id}/regions/{region_id}", PolicyAssociationViewSet, get="check", put="create", delete="destroy"),

    row("/v3/OS-TRUST/trusts",                  TrustViewSet, get="list", post="create"),
    row("/v3/OS-TRUST/trusts/{id}",             TrustViewSet, get="retrieve", delete="destroy"),
    row("/v3/OS-TRUST/trusts/{id}/roles",       TrustViewSet, get="roles"),
    row("/v3/OS-TRUST/trusts/{id}/roles/{role_id}", TrustViewSet, get="role"),
    row("/v3/OS-OAUTH1/request_token",          ConsumersTokenViewSet, post="request_token"),
    row("/v3/OS-OAUTH1/authorize/{request_token_id}", RequestTokenViewSet, put="agree"),
    row("/v3/OS-OAUTH1/access_token",           ConsumersTokenViewSet, post="access_token"),
    row("/v3/OS-OAUTH1/consumers",              ConsumerViewSet, get="list", post="create"),
    row("/v3/OS-OAUTH1/consumers/{id}",         ConsumerViewSet, get="retrieve", patch="update", delete="destroy"),

    row("/v3/OS-EP-FILTER/endpoint_groups",     EndpointGroupViewSet, get="list", post="create"),
    row("/v3/OS-EP-FILTER/endpoint_groups/{id}", EndpointGroupViewSet, get="retrieve", patch="update", delete="destroy"),
    row("/v3/OS-EP-FILTER/endpoint_groups/{id}/endpoints", EndpointGroupViewSet, get="endpoints"),
    row("/v3/OS-EP-FILTER/endpoint_groups/{id}/projects", EndpointGroupViewSet, get="projects"),
    row("/v3/OS-EP-FILTER/endpoint_groups/{id}/projects/{project_id}", EndpointGroupViewSet, get="check_project", put="add_project", delete="remove_project"),
    row("/v3/OS-EP-FILTER/endpoints/{endpoint_id}/projects", ProjectEndpointViewSet, get="projects"),
    row("/v3/OS-EP-FILTER/projects/{project_id}/endpoints", ProjectEndpointViewSet, get="list"),
    row("/v3/OS-EP-FILTER/projects/{project_id}/endpoint_groups", ProjectEndpointViewSet, get="groups"),
    row("/v3/OS-EP-FILTER/projects/{project_id}/endpoints/{endpoint_id}", ProjectEndpointViewSet, get="check", put="add", delete="remove"),

    re_path(r"^/", NowhereViewSet.as_view(dict.fromkeys(View.http_method_names, "missing"))),
]
# fmt: on
