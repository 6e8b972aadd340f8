"""What the Identity service stores, one noun a file."""

from cloud.identity.models.application_credential import AccessRule, ApplicationCredential
from cloud.identity.models.assignment import Assignment
from cloud.identity.models.catalog import Endpoint, Region, Service
from cloud.identity.models.consumer import AccessToken, Consumer, RequestToken
from cloud.identity.models.credential import Credential
from cloud.identity.models.domain_option import DomainOption
from cloud.identity.models.endpoint_group import (
    EndpointGroup,
    ProjectEndpoint,
    ProjectEndpointGroup,
)
from cloud.identity.models.federated_user import FederatedUser
from cloud.identity.models.federation import (
    FederationProtocol,
    IdentityProvider,
    Mapping,
    RemoteId,
    ServiceProvider,
)
from cloud.identity.models.group import Group, Membership
from cloud.identity.models.limit import Limit, RegisteredLimit
from cloud.identity.models.policy import Policy, PolicyAssociation
from cloud.identity.models.project import Project, ProjectTag
from cloud.identity.models.revision import Revision
from cloud.identity.models.role import ImpliedRole, Role
from cloud.identity.models.token import Token
from cloud.identity.models.trust import Trust
from cloud.identity.models.user import User

__all__ = [
    "AccessRule",
    "AccessToken",
    "ApplicationCredential",
    "Assignment",
    "Consumer",
    "Credential",
    "DomainOption",
    "Endpoint",
    "EndpointGroup",
    "FederatedUser",
    "FederationProtocol",
    "Group",
    "IdentityProvider",
    "ImpliedRole",
    "Limit",
    "Mapping",
    "Membership",
    "Policy",
    "PolicyAssociation",
    "Project",
    "ProjectEndpoint",
    "ProjectEndpointGroup",
    "ProjectTag",
    "Region",
    "RegisteredLimit",
    "RemoteId",
    "RequestToken",
    "Revision",
    "Role",
    "Service",
    "ServiceProvider",
    "Token",
    "Trust",
    "User",
]
