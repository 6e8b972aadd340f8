"""What she has in Compute, by the names that the contract's requests call it."""

from tests.api.servers import settle


def make(besieged):
    """Boot her server with all that can hang on one; the names and their ids."""
    her, root = besieged.people["her"], besieged.people["root-here"]
    names = dict(besieged.known)
    names |= {"OWN_PROJECT": her.project, "ELSEWHERE": besieged.people["stranger"].project}
    images = her.ask("image", "GET", "/v2/images?name=cirros-0.6.3-x86_64-disk").json["images"]
    networks = her.ask("network", "GET", "/v2.0/networks").json["networks"]
    names["IMAGE_OF_OWNER"], names["IMAGE"] = names["IMAGE"], images[0]["id"]
    names["NETWORK"] = next(row["id"] for row in networks if row["name"] == "private")
    names |= _volumes(her)
    names |= _server(her, names)
    names |= _of_administrators(root, names)
    settle()
    return names


def _volumes(her):
    def made(noun, **says):
        answer = her.ask("volume", "POST", f"/v3/{her.project}/{noun}s", {noun: says})
        assert answer.status == 202, answer
        settle()
        return answer.json[noun]["id"]

    volume, free = made("volume", size=1), made("volume", size=1)
    snapshot = made("snapshot", volume_id=volume, force=True)
    return {"VOLUME": volume, "FREE_VOLUME": free, "SNAPSHOT": snapshot}


def _server(her, names):
    body = {"name": "hers", "flavorRef": "1", "imageRef": names["IMAGE"]}
    body |= {"networks": [{"uuid": names["NETWORK"]}], "metadata": {"k": "v"}}
    made = _asked(her, "POST", "/servers", {"server": body})["server"]["id"]
    settle()
    at = f"/servers/{made}"
    _asked(her, "PUT", f"{at}/tags/t")
    attach = {"volumeAttachment": {"volumeId": names["VOLUME"]}}
    _asked(her, "POST", f"{at}/os-volume_attachments", attach)
    held, free = (_floating(her, names) for _ in range(2))
    _asked(her, "POST", f"{at}/action", {"addFloatingIp": {"address": held["floating_ip_address"]}})
    console = {"remote_console": {"protocol": "vnc", "type": "novnc"}}
    opened = _asked(her, "POST", f"{at}/remote-consoles", console)["remote_console"]
    group = {"server_group": {"name": "hers", "policies": ["affinity"]}}
    group = _asked(her, "POST", "/os-server-groups", group)["server_group"]["id"]
    _asked(her, "POST", "/os-keypairs", {"keypair": {"name": "k"}})
    settle()
    (port,) = _asked(her, "GET", f"{at}/os-interface")["interfaceAttachments"]
    actions = _asked(her, "GET", f"{at}/os-instance-actions")["instanceActions"]
    return {
        "SERVER": made,
        "SERVER_OF_VOLUME": made,
        "GROUP": group,
        "PORT": port["port_id"],
        "ADDRESS": port["fixed_ips"][0]["ip_address"],
        "FLOATING": free["id"],
        "FLOATING_ADDRESS": free["floating_ip_address"],
        "HELD_ADDRESS": held["floating_ip_address"],
        "CONSOLE": opened["url"].rpartition("token%3D")[2],
        "REQUEST": actions[-1]["request_id"],
        "SECURITY_GROUP_RULE": names["SECURITY_GROUP_RULES"],
        "MIGRATION": "1",
    }


def _floating(her, names):
    body = {"floatingip": {"floating_network_id": names["PUBLIC"]}}
    return her.ask("network", "POST", "/v2.0/floatingips", body).json["floatingip"]


def _of_administrators(root, names):
    services = _asked(root, "GET", "/os-services", version="2.53")["services"]
    compute = [row for row in services if row["binary"] == "nova-compute"]
    shown = _asked(root, "GET", f"/servers/{names['SERVER']}")["server"]
    host = shown["OS-EXT-SRV-ATTR:host"]
    hypervisors = _asked(root, "GET", "/os-hypervisors", version="2.53")["hypervisors"]
    diskless = {"flavor": {"name": "diskless", "ram": 1, "vcpus": 1, "disk": 0}}
    flavor = {"name": "hers", "ram": 1, "vcpus": 1, "disk": 1, "os-flavor-access:is_public": False}
    made = _asked(root, "POST", "/flavors", {"flavor": flavor})["flavor"]["id"]
    grant = {"addTenantAccess": {"tenant": names["PROJECT"]}}
    _asked(root, "POST", f"/flavors/{made}/action", grant)
    _asked(root, "POST", "/flavors/1/os-extra_specs", {"extra_specs": {"k": "v"}})
    aggregate = _asked(root, "POST", "/os-aggregates", {"aggregate": {"name": "hers"}})
    number = str(aggregate["aggregate"]["id"])
    _asked(root, "POST", f"/os-aggregates/{number}/action", {"add_host": {"host": host}})
    group = {"server_group": {"name": "foreign", "policies": ["affinity"]}}
    return {
        "HOST": host,
        "OTHER_HOST": next(row["host"] for row in compute if row["host"] != host),
        "SERVICE": next(row["id"] for row in compute if row["host"] != host),
        "SCHEDULER": next(row["id"] for row in services if row["binary"] == "nova-scheduler"),
        "HYPERVISOR": hypervisors[0]["id"],
        "FLAVOR": made,
        "DISKLESS": _asked(root, "POST", "/flavors", diskless)["flavor"]["id"],
        "AGGREGATE": number,
        "FOREIGN_GROUP": _asked(root, "POST", "/os-server-groups", group)["server_group"]["id"],
    }


def _asked(who, method, path, body=None, version="2.37"):
    headers = {"OpenStack-API-Version": f"compute {version}"}
    answer = who.api.ask(method, f"/v2.1{path}", body, headers=headers)
    assert answer.status < 300, f"{method} {path}: {answer}"
    return answer.json if answer.text else None
