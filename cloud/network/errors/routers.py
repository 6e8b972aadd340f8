"""Refusals: routers and floating ips."""

from cloud.network.errors.base import BadRequest, InUse, NotFound


class RouterNotFound(NotFound):
    text = "Router {router_id} could not be found"


class RouterInUse(InUse):
    text = "Router {router_id} {reason}"


class RouterInterfaceNotFound(NotFound):
    text = "Router {router_id} does not have an interface with id {port_id}"


class RouterInterfaceNotFoundForSubnet(NotFound):
    text = "Router {router_id} has no interface on subnet {subnet_id}"


class RouterInterfaceInUseByFloatingIP(InUse):
    text = (
        "Router interface for subnet {subnet_id} on router {router_id} cannot be deleted, "
        "as it is required by one or more floating IPs."
    )


class RouterInterfaceInUseByRoute(InUse):
    text = (
        "Router interface for subnet {subnet_id} on router {router_id} cannot be deleted, "
        "as it is required by one or more routes."
    )


class RouterExternalGatewayInUseByFloatingIp(InUse):
    text = (
        "Gateway cannot be updated for router {router_id}, since a gateway to external network "
        "{net_id} is required by one or more floating IPs."
    )


class InvalidRoutes(BadRequest):
    text = "Invalid format for routes: {routes}, {reason}"


class RoutesExhausted(BadRequest):
    text = (
        "Unable to complete operation for {router_id}. "
        "The number of routes exceeds the maximum {quota}."
    )


class SubnetMismatchForPort(BadRequest):
    text = "Subnet on port {port_id} does not match the requested subnet {subnet_id}."


class FloatingIPNotFound(NotFound):
    text = "Floating IP {floatingip_id} could not be found"


class ExternalGatewayForFloatingIPNotFound(NotFound):
    text = (
        "External network {external_network_id} is not reachable from subnet {subnet_id}.  "
        "Therefore, cannot associate Port {port_id} with a Floating IP."
    )


class FloatingIPPortAlreadyAssociated(InUse):
    text = (
        "Cannot associate floating IP {floating_ip_address} ({fip_id}) with port {port_id} "
        "using fixed IP {fixed_ip}, as that fixed IP already "
        "has a floating IP on external network {net_id}."
    )


class PortHasBindingFloatingIP(InUse):
    text = (
        "Cannot create port forwarding to floating IP {floating_ip_address} ({fip_id}) with port "
        "{port_id} using fixed IP {fixed_ip}, as that port already has a binding floating IP."
    )


class FipInUseByPortForwarding(InUse):
    text = "Floating IP {id} in use by Port Forwarding resources."


class PortForwardingNotFound(NotFound):
    text = "Port Forwarding {id} could not be found."


class PortHasPortForwarding(BadRequest):
    text = (
        "Cannot associate floating IP to port {port_id} because it already has a "
        "Port Forwarding binding."
    )


class ConntrackHelperNotFound(NotFound):
    text = "Conntrack Helper {id} could not be found."


class ConntrackHelperNotAllowed(BadRequest):
    text = "Conntrack Helper {helper} is not allowed."


class InvalidProtocolForHelper(BadRequest):
    text = (
        "Conntrack Helper {helper} does not support: {protocol}. "
        "Supported protocols are: {supported_protocols}"
    )
