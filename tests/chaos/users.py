"""Users who ask for everything that can be asked of servers, whatever the cloud goes through."""

import http.client
import json
import random
import threading
import time
from collections import Counter

# Action -> body, by what a server must be for it.
PLAIN = {
    "ACTIVE": {
        "stop": {"os-stop": None},
        "reboot": {"reboot": {"type": "SOFT"}},
        "hard reboot": {"reboot": {"type": "HARD"}},
        "pause": {"pause": None},
        "suspend": {"suspend": None},
        "rescue": {"rescue": None},
        "shelve": {"shelve": None},
        "migrate": {"migrate": None},
        "live migration": {"os-migrateLive": {"host": None, "block_migration": "auto"}},
        "change password": {"changePassword": {"adminPass": "secret"}},
    },
    "SHUTOFF": {"start": {"os-start": None}},
    "PAUSED": {"unpause": {"unpause": None}},
    "SUSPENDED": {"resume": {"resume": None}},
    "RESCUE": {"unrescue": {"unrescue": None}},
    "VERIFY_RESIZE": {
        "confirm": {"confirmResize": None},
        "revert": {"revertResize": None},
    },
    "SHELVED": {"unshelve": {"unshelve": None}, "offload": {"shelveOffload": None}},
    "SHELVED_OFFLOADED": {"unshelve": {"unshelve": None}},
    "ERROR": {"hard reboot": {"reboot": {"type": "HARD"}}},
}
DEMANDING = (
    "rebuild",
    "resize",
    "image",
    "backup",
    "volume",
    "interface",
    "detach",
    "unplug",
    "evacuate",
)
VERSION = "2.90"
MOST = 40


class Users:
    """Some threads of one administrator; `accepted` holds what the cloud has promised to do."""

    def __init__(self, cloud, threads=8):
        self.cloud = cloud
        self.accepted = []
        self.answers = Counter()
        self.kinds = Counter()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._live, daemon=True) for _ in range(threads)]
        self._one_dead_host = threading.Lock()
        self._dead = None
        self._token = None
        self._local = threading.local()

    def prepare(self):
        """Quotas that do not stand in the way, and what servers are made of."""
        project = self.log_in()
        no_limit = dict.fromkeys(("instances", "cores", "ram"), -1)
        self._must("PUT", f"/v2.1/os-quota-sets/{project}", {"quota_set": no_limit})
        no_limit = dict.fromkeys(("volumes", "gigabytes", "snapshots"), -1)
        self._must("PUT", f"/volume/v3/{project}/os-quota-sets/{project}", {"quota_set": no_limit})
        self._must("PUT", f"/network/v2.0/quotas/{project}", {"quota": {"port": -1}})
        self.project = project
        self.image = self._must("GET", "/image/v2/images")["images"][0]["id"]
        networks = self._must("GET", "/network/v2.0/networks")["networks"]
        self.network = next(n["id"] for n in networks if n["name"] in ("private", "shared"))

    def start(self):
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._stopping.set()
        for thread in self._threads:
            thread.join(120)

    # Asking

    def ask(self, method, path, body=None, version=VERSION):
        """(status, body, request id); status 0 when nobody answered."""
        headers = {
            "Content-Type": "application/json",
            "OpenStack-API-Version": f"compute {version}",
        }
        if path.startswith("/volume"):
            headers["OpenStack-API-Version"] = "volume 3.60"
        if self._token:
            headers["X-Auth-Token"] = self._token
        try:
            connection = self._connection()
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            raw = answer.read()
        except (OSError, http.client.HTTPException):
            self._local.connection = None
            return 0, None, None
        if answer.status == 401 and path != "/identity/v3/auth/tokens":
            self.log_in()
        parsed = json.loads(raw) if raw and "json" in answer.headers["Content-Type"] else None
        if path == "/identity/v3/auth/tokens" and answer.status == 201:
            parsed["id"] = answer.headers["X-Subject-Token"]
        return answer.status, parsed, answer.headers.get("x-openstack-request-id")

    def _connection(self):
        if getattr(self._local, "connection", None) is None:
            address = self.cloud.base.removeprefix("http://")
            self._local.connection = http.client.HTTPConnection(address, timeout=60)
        return self._local.connection

    def log_in(self):
        domain = {"id": "default"}
        user = {"name": "admin", "password": "password", "domain": domain}
        identity = {"methods": ["password"], "password": {"user": user}}
        scope = {"project": {"name": "admin", "domain": domain}}
        body = {"auth": {"identity": identity, "scope": scope}}
        for _ in range(300):
            status, answer, _ = self.ask("POST", "/identity/v3/auth/tokens", body)
            if status == 201:
                self._token = answer["id"]
                return answer["token"]["project"]["id"]
            time.sleep(0.2)
        raise AssertionError("Nobody could log in for a minute.")

    def _must(self, method, path, body=None):
        for _ in range(100):
            status, answer, _ = self.ask(method, path, body)
            if status and status < 300:
                return answer
            time.sleep(0.2)
        raise AssertionError(f"{method} {path}: {status} {answer}")

    # What users do

    def _live(self):
        while not self._stopping.is_set():
            try:
                self._once()
            except Exception as exc:
                self.answers[f"stumbled: {exc!r}"[:120]] += 1
            time.sleep(random.uniform(0, 0.3))

    def _once(self):
        status, body, _ = self.ask("GET", "/v2.1/servers/detail?limit=100")
        if status != 200:
            time.sleep(0.3)
            return
        servers = body["servers"]
        if len(servers) < MOST and random.random() < 0.25:
            self._boot()
            return
        idle = [s for s in servers if s["OS-EXT-STS:task_state"] is None]
        if not idle:
            return
        server = random.choice(idle)
        path = f"/v2.1/servers/{server['id']}"
        if random.random() < (0.3 if server["status"] == "ERROR" else 0.06):
            self._say("delete", server["id"], "DELETE", path)
            return
        choices = dict(PLAIN.get(server["status"], {}))
        demands = DEMANDING if server["status"] == "ACTIVE" else ("volume", "rebuild", "detach")
        name = random.choice([*choices, *demands])
        if name in choices:
            self._say(name, server["id"], "POST", f"{path}/action", choices[name])
        else:
            getattr(self, f"_{name}")(server, path)

    def _say(self, kind, server_id, method, path, body=None):
        status, answer, request_id = self.ask(method, path, body)
        self.answers[status] += 1
        if status in (200, 201, 202, 204):
            self.kinds[kind] += 1
            self.accepted.append((kind, server_id, request_id))
        elif status >= 500:
            self.answers[f"{status} to {kind}"] += 1
        return status, answer

    def _boot(self):
        server = {
            "name": "chaos",
            "flavorRef": random.choice(("c1", "1")),
            "imageRef": self.image,
            "networks": [{"uuid": self.network}],
        }
        if random.random() < 0.3:
            server["imageRef"] = ""
            server["block_device_mapping_v2"] = [
                {
                    "boot_index": 0,
                    "uuid": self.image,
                    "source_type": "image",
                    "destination_type": "volume",
                    "volume_size": 1,
                    "delete_on_termination": True,
                }
            ]
        status, answer, request_id = self.ask("POST", "/v2.1/servers", {"server": server})
        self.answers[status] += 1
        if status == 202:
            self.kinds["create"] += 1
            self.accepted.append(("create", answer["server"]["id"], request_id))
        elif status >= 500:
            self.answers[f"{status} to create"] += 1

    def _rebuild(self, server, path):
        body = {"rebuild": {"imageRef": self.image}}
        self._say("rebuild", server["id"], "POST", f"{path}/action", body)

    def _resize(self, server, path):
        body = {"resize": {"flavorRef": random.choice(("c1", "1", "2"))}}
        self._say("resize", server["id"], "POST", f"{path}/action", body)

    def _image(self, server, path):
        body = {"createImage": {"name": "picture"}}
        self._say("create image", server["id"], "POST", f"{path}/action", body)

    def _backup(self, server, path):
        body = {"createBackup": {"name": "backup", "backup_type": "daily", "rotation": 1}}
        self._say("create backup", server["id"], "POST", f"{path}/action", body)

    def _volume(self, server, path):
        base = f"/volume/v3/{self.project}/volumes"
        status, answer, _ = self.ask("POST", base, {"volume": {"size": 1, "name": "data"}})
        if status != 202:
            return
        volume_id = answer["volume"]["id"]
        for _ in range(20):
            status, answer, _ = self.ask("GET", f"{base}/{volume_id}")
            if status == 200 and answer["volume"]["status"] == "available":
                break
            time.sleep(0.1)
        body = {"volumeAttachment": {"volumeId": volume_id}}
        self._say("attach volume", server["id"], "POST", f"{path}/os-volume_attachments", body)

    def _detach(self, server, path):
        status, answer, _ = self.ask("GET", f"{path}/os-volume_attachments")
        for row in (answer or {}).get("volumeAttachments", []) if status == 200 else []:
            where = f"{path}/os-volume_attachments/{row['volumeId']}"
            self._say("detach volume", server["id"], "DELETE", where)
            return

    def _interface(self, server, path):
        body = {"interfaceAttachment": {"net_id": self.network}}
        self._say("attach interface", server["id"], "POST", f"{path}/os-interface", body)

    def _unplug(self, server, path):
        status, answer, _ = self.ask("GET", f"{path}/os-interface")
        found = (answer or {}).get("interfaceAttachments", []) if status == 200 else []
        if len(found) > 1:
            where = f"{path}/os-interface/{found[-1]['port_id']}"
            self._say("detach interface", server["id"], "DELETE", where)

    def _evacuate(self, server, path):
        """Declare the server's host dead, for a while, and have the server made elsewhere.

        It is not back before its service has been killed and started again: only then has it
        forgotten who has left it.
        """
        if not self._one_dead_host.acquire(blocking=False):
            return
        try:
            if not self.has_all_hosts():
                return
            status, answer, _ = self.ask("GET", "/v2.1/os-services?binary=nova-compute")
            host = server["OS-EXT-SRV-ATTR:host"]
            found = [s for s in answer["services"] if s["host"] == host] if status == 200 else []
            if not found:
                return
            service = f"/v2.1/os-services/{found[0]['id']}"
            if self._force(service, True, tries=3):
                self._dead = service
                self._say("evacuate", server["id"], "POST", f"{path}/action", {"evacuate": {}})
        finally:
            self._one_dead_host.release()

    def has_all_hosts(self):
        """Whether every host is up, the one that was declared dead perhaps again."""
        if self._dead and self._force(self._dead, False, tries=3):
            self._dead = None
        return self._dead is None

    def _force(self, service, down, tries):
        for _ in range(tries):
            status, _, _ = self.ask("PUT", service, {"forced_down": down})
            if status == 200:
                return True
            time.sleep(0.3)
        return False

    def is_quiet(self):
        """Whether nothing is being done with any server any more."""
        status, body, _ = self.ask("GET", "/v2.1/servers/detail?limit=1000")
        return status == 200 and all(
            s["OS-EXT-STS:task_state"] is None and s["status"] != "BUILD" for s in body["servers"]
        )
