"""The microversions of the Compute API: number, and what it brought in one line.

The maximum is the last row; nothing else has to be bumped.
"""

from typing import NamedTuple

from versioned.versions import Version, parse


class Microversion(NamedTuple):
    """One row; `behaviour` where no mark in a schema or shape carries the change."""

    number: str
    title: str
    behaviour: str = ""


# fmt: off
# ruff: noqa: E501
HISTORY = tuple(Microversion(*row) for row in (
    # number, title, where a change of behaviour alone is made
    ("2.1",   "The baseline: version 2.0 with strict validation of requests"),
    ("2.2",   "Key pairs have a type; 201 and 204 for making and deleting them"),
    ("2.3",   "More attributes of servers for administrators; delete_on_termination of volumes"),
    ("2.4",   "Whether a fixed address is reserved", "the API is gone"),
    ("2.5",   "Everybody may filter servers by ip6"),
    ("2.6",   "One API for remote consoles in place of four actions"),
    ("2.7",   "Access to a public flavor cannot be added"),
    ("2.8",   "MKS consoles"),
    ("2.9",   "Servers show whether they are locked"),
    ("2.10",  "Administrators act on key pairs of others by user_id"),
    ("2.11",  "Services can be forced down"),
    ("2.12",  "Virtual interfaces show their network", "the API is gone"),
    ("2.13",  "Server groups show project and user"),
    ("2.14",  "Evacuation finds out for itself about shared storage, and returns no password"),
    ("2.15",  "Soft affinity and soft anti-affinity"),
    ("2.16",  "Servers show the status of their host"),
    ("2.17",  "Crash dumps can be triggered"),
    ("2.18",  "The project id may be left out of URLs", "every route exists with and without it"),
    ("2.19",  "Servers have a description"),
    ("2.20",  "Volumes of shelved servers can be attached and detached", "domain/attachments"),
    ("2.21",  "Actions of deleted servers stay visible"),
    ("2.22",  "A running live migration can be forced to complete"),
    ("2.23",  "Migrations of a server, with their progress"),
    ("2.24",  "A running live migration can be aborted"),
    ("2.25",  "block_migration may be auto; disk over-commit is gone"),
    ("2.26",  "Servers have tags"),
    ("2.27",  "The header OpenStack-API-Version", "both headers are read at every version"),
    ("2.28",  "cpu_info of hypervisors is an object"),
    ("2.29",  "Evacuation can be forced past the scheduler"),
    ("2.30",  "Live migration can be forced past the scheduler"),
    ("2.31",  "Console tokens of every type can be shown"),
    ("2.32",  "Devices have tags at boot"),
    ("2.33",  "Hypervisors are paged"),
    ("2.34",  "Checks before a live migration no longer block the request"),
    ("2.35",  "Key pairs are paged"),
    ("2.36",  "The proxies of network, image and volume end; network limits leave quotas"),
    ("2.37",  "networks is required and may be auto or none"),
    ("2.38",  "An unknown status is refused as a filter"),
    ("2.39",  "The proxy of image metadata ends"),
    ("2.40",  "Usage of projects is paged"),
    ("2.41",  "Aggregates show their uuid"),
    ("2.42",  "Device tags work again"),
    ("2.43",  "The hosts API ends"),
    ("2.44",  "The actions for fixed and floating addresses end"),
    ("2.45",  "Images made of servers are named in the body"),
    ("2.46",  "The request id has its standard header", "both are sent at every version"),
    ("2.47",  "Servers carry their flavor as it was"),
    ("2.48",  "Diagnostics look the same for every driver"),
    ("2.49",  "Devices have tags when attached"),
    ("2.50",  "Quota classes show server groups and lose network quotas"),
    ("2.51",  "The event volume-extended; users see events of actions"),
    ("2.52",  "Tags at boot"),
    ("2.53",  "Services and hypervisors are known by uuid"),
    ("2.54",  "Rebuild can change the key"),
    ("2.55",  "Flavors have a description"),
    ("2.56",  "Cold migration to a chosen host"),
    ("2.57",  "File injection ends; rebuild can change user data"),
    ("2.58",  "Server actions are paged and filtered by time"),
    ("2.59",  "Migrations are paged and filtered by time, and show their uuid"),
    ("2.60",  "Volumes with many attachments", "domain/attachments"),
    ("2.61",  "Flavors show their extra specs"),
    ("2.62",  "Events of actions show the host"),
    ("2.63",  "Trusted image certificates"),
    ("2.64",  "Server groups have one policy, with rules"),
    ("2.65",  "Live migrations can be aborted before they run"),
    ("2.66",  "changes-before"),
    ("2.67",  "Volume type at boot"),
    ("2.68",  "No forcing past the scheduler"),
    ("2.69",  "Minimal records of servers whose cell is down"),
    ("2.70",  "Attachments show their tag"),
    ("2.71",  "Servers show their group"),
    ("2.72",  "Ports with resource requests at boot", "domain/networking"),
    ("2.73",  "A lock has a reason, and can be filtered by"),
    ("2.74",  "Boot on a requested host or hypervisor"),
    ("2.75",  "Unknown parameters are refused; answers to changes are whole"),
    ("2.76",  "The event power-update"),
    ("2.77",  "Unshelve into a zone"),
    ("2.78",  "NUMA topology of servers"),
    ("2.79",  "delete_on_termination when a volume is attached"),
    ("2.80",  "Migrations show and filter by user and project"),
    ("2.81",  "Images are cached ahead on the hosts of an aggregate"),
    ("2.82",  "The event accelerator-request-bound"),
    ("2.83",  "Everybody may filter servers by most attributes"),
    ("2.84",  "Events of actions have details"),
    ("2.85",  "delete_on_termination can be changed"),
    ("2.86",  "Extra specs of flavors are validated"),
    ("2.87",  "Volume-backed servers can be rescued", "domain/rescuing"),
    ("2.88",  "Hypervisors lose their statistics, which Placement has, and show uptime"),
    ("2.89",  "Volume attachments show the attachment's id and the block device's"),
    ("2.90",  "The hostname can be chosen and is shown to everybody"),
    ("2.91",  "Unshelve to a host, or free of a zone"),
    ("2.92",  "Keys are imported only, and their names may have @ and dots"),
    ("2.93",  "Volume-backed servers can be rebuilt from another image"),
    ("2.94",  "The hostname may be a domain name"),
    ("2.95",  "Evacuated servers stay stopped"),
    ("2.96",  "Servers show the zone that they are pinned to"),
    ("2.97",  "Shares can be attached to servers"),
    ("2.98",  "Servers show the properties of their image"),
    ("2.99",  "SPICE consoles without a proxy"),
    ("2.100", "Servers show their scheduler hints"),
    ("2.101", "Volumes are attached behind a 202"),
    ("2.102", "Flavors are filtered by name; what no driver reads is gone; unknown parameters are refused"),
    ("2.103", "The alias os-volumes_boot ends"),
    ("2.104", "Servers can be pinned to a zone, or freed"),
))
# fmt: on

EARLIEST: Version = parse(HISTORY[0].number)
NEWEST: Version = parse(HISTORY[-1].number)
