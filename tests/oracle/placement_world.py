"""Random requests about a small world of resource providers."""

from itertools import count
from uuid import UUID

CLASSES = ("VCPU", "MEMORY_MB", "DISK_GB", "SRIOV_NET_VF", "CUSTOM_GOLD")
TRAITS = ("HW_CPU_X86_AVX", "HW_CPU_X86_SSE", "CUSTOM_A", "CUSTOM_B", "MISC_SHARES_VIA_AGGREGATE")


class World:
    """Random requests about a small world."""

    def __init__(self, pick):
        self.pick = pick
        number = count(1)
        self.fresh = lambda: str(UUID(int=pick.getrandbits(100) << 8 | next(number) % 256))
        self.providers = []
        self.consumers = [self.fresh() for _ in range(5)]
        self.aggregates = [self.fresh() for _ in range(3)]
        self.generations = {}

    def build(self):
        """Requests that make the world; the same for both."""
        yield "PUT", "/resource_classes/CUSTOM_GOLD", "1.39", None
        yield "PUT", "/traits/CUSTOM_A", "1.39", None
        yield "PUT", "/traits/CUSTOM_B", "1.39", None
        pick = self.pick
        for number in range(pick.randint(2, 8)):
            uuid = self.fresh()
            body = {"name": f"{uuid[:8]}-{number}", "uuid": uuid}
            if self.providers and pick.random() < 0.6:
                body["parent_provider_uuid"] = pick.choice(self.providers)
            self.providers.append(uuid)
            yield "POST", "/resource_providers", "1.39", body
            generation = 0
            inventories = {name: self.inventory() for name in CLASSES if pick.random() < 0.5}
            yield (
                "PUT",
                f"/resource_providers/{uuid}/inventories",
                "1.39",
                {"resource_provider_generation": generation, "inventories": inventories},
            )
            generation += 1
            traits = [name for name in TRAITS if pick.random() < 0.3]
            yield (
                "PUT",
                f"/resource_providers/{uuid}/traits",
                "1.39",
                {"resource_provider_generation": generation, "traits": traits},
            )
            generation += bool(traits)
            yield (
                "PUT",
                f"/resource_providers/{uuid}/aggregates",
                "1.39",
                {
                    "resource_provider_generation": generation,
                    "aggregates": [one for one in self.aggregates if pick.random() < 0.4],
                },
            )

    def inventory(self):
        pick = self.pick
        record = {"total": pick.choice((1, 4, 8, 10))}
        if pick.random() < 0.3:
            record["reserved"] = pick.randint(0, record["total"])
        if pick.random() < 0.3:
            record["allocation_ratio"] = pick.choice((0.5, 1.5, 2.0, 16))
        if pick.random() < 0.3:
            record["max_unit"] = pick.randint(1, 8)
        if pick.random() < 0.2:
            record["min_unit"] = 2
        if pick.random() < 0.2:
            record["step_size"] = 2
        return record

    def requests(self, number):
        makers = (
            self.candidates,
            self.candidates,
            self.candidates,
            self.candidates,
            self.claim,
            self.claim,
            self.claim_several,
            self.show,
            self.list,
            self.change,
            self.reshape,
            self.names,
        )
        for _ in range(number):
            yield self.pick.choice(makers)()

    def version(self, least=0):
        return f"1.{39 if self.pick.random() < 0.4 else self.pick.randint(max(0, least - 1), 39)}"

    def provider(self):
        return self.pick.choice(self.providers) if self.pick.random() < 0.95 else self.fresh()

    def some(self, values, least=0, most=3):
        return self.pick.sample(values, self.pick.randint(least, min(most, len(values))))

    def resources(self):
        names = list(CLASSES) + (["CUSTOM_NONE"] if self.pick.random() < 0.05 else [])
        return {name: self.pick.choice((1, 1, 2, 3, 4)) for name in self.some(names, 1)}

    def resources_text(self):
        return ",".join(f"{name}:{amount}" for name, amount in self.resources().items())

    def known_resources_text(self):
        """Of unknown ones we always speak, the real one only if nothing else ends the search."""
        return self.resources_text().replace("CUSTOM_NONE", "VCPU")

    def traits_text(self):
        pick = self.pick
        if pick.random() < 0.25:
            return "in:" + ",".join(self.some(TRAITS, 1))
        names = list(TRAITS) + (["CUSTOM_NONE"] if pick.random() < 0.1 else [])
        return ",".join(
            ("!" if pick.random() < 0.4 else "") + name for name in self.some(names, 1, 2)
        )

    def members_text(self):
        pick = self.pick
        chosen = self.some(self.aggregates, 1)
        text = f"in:{','.join(chosen)}" if len(chosen) > 1 or pick.random() < 0.3 else chosen[0]
        return ("!" if pick.random() < 0.3 else "") + text

    def candidates(self):
        pick = self.pick
        suffixes = self.some(["", "1", "2", "_A"], 1, 3)
        if pick.random() < 0.4:
            suffixes = [""]
        query = []
        for suffix in suffixes:
            if pick.random() < 0.93:
                query.append(f"resources{suffix}={self.resources_text()}")
            for name, maker in (
                ("required", self.traits_text),
                ("member_of", self.members_text),
            ):
                while pick.random() < 0.25:
                    query.append(f"{name}{suffix}={maker()}")
            if pick.random() < 0.1:
                query.append(f"in_tree{suffix}={self.provider()}")
        if len(suffixes) > 1 and pick.random() < 0.95:
            query.append(f"group_policy={pick.choice(('none', 'none', 'isolate'))}")
        if pick.random() < 0.15:
            query.append(f"root_required={self.traits_text()}")
        if pick.random() < 0.25:
            named = self.some([one for one in suffixes if one] or ["1"], 1)
            query.append(f"same_subtree={','.join(named)}")
        if pick.random() < 0.05:
            query.append(pick.choice(("limit=0", "limit=1000", "nonsense=1", "limit=x")))
        pick.shuffle(query)
        return "GET", "/allocation_candidates?" + "&".join(query), self.version(10), None

    def body_of_claim(self, version):
        pick = self.pick
        minor = int(version[2:])
        held = {self.provider(): self.resources() for _ in range(pick.randint(1, 2))}
        if minor >= 28 and pick.random() < 0.15:
            held = {}
        if minor < 12:
            body = {
                "allocations": [
                    {"resource_provider": {"uuid": uuid}, "resources": resources}
                    for uuid, resources in held.items()
                ]
            }
        else:
            body = {"allocations": {uuid: {"resources": one} for uuid, one in held.items()}}
        if minor >= 8:
            body |= {"project_id": pick.choice("pq"), "user_id": pick.choice("uv")}
        if minor >= 28:
            body["consumer_generation"] = pick.choice((None, None, 1, 1, 2, 3, 4))
        if minor >= 34 and pick.random() < 0.2:
            body["mappings"] = {"": [self.provider()]}
        if minor >= 38:
            body["consumer_type"] = pick.choice(("INSTANCE", "MIGRATION"))
        if pick.random() < 0.03:
            body.pop(pick.choice(list(body)))
        return body

    def claim(self):
        version = self.version()
        consumer = self.pick.choice(self.consumers)
        if self.pick.random() < 0.15:
            return "DELETE", f"/allocations/{consumer}", version, None
        return "PUT", f"/allocations/{consumer}", version, self.body_of_claim(version)

    def claim_several(self):
        version = self.version(13)
        chosen = self.some(self.consumers, 1)
        return (
            "POST",
            "/allocations",
            version,
            {uuid: self.body_of_claim(version) for uuid in chosen},
        )

    def show(self):
        pick = self.pick
        kind = pick.choice(("INSTANCE", "all", "unknown", "x"))
        uuid = self.provider()
        path = pick.choice(
            (
                f"/resource_providers/{uuid}",
                f"/resource_providers/{uuid}/inventories",
                f"/resource_providers/{uuid}/inventories/{pick.choice(CLASSES)}",
                f"/resource_providers/{uuid}/usages",
                f"/resource_providers/{uuid}/aggregates",
                f"/resource_providers/{uuid}/traits",
                f"/resource_providers/{uuid}/allocations",
                f"/allocations/{pick.choice(self.consumers)}",
                "/",
                f"/usages?project_id={pick.choice('pqr')}",
                f"/usages?project_id=p&user_id={pick.choice('uv')}",
                f"/usages?project_id=p&consumer_type={kind}",
            )
        )
        return "GET", path, self.version(), None

    def list(self):
        pick = self.pick
        query = []
        for name, maker in (
            ("resources", self.known_resources_text),
            ("required", self.traits_text),
            ("member_of", self.members_text),
            ("in_tree", self.provider),
            ("uuid", self.provider),
        ):
            if pick.random() < 0.25:
                query.append(f"{name}={maker()}")
        return "GET", "/resource_providers?" + "&".join(query), self.version(18), None

    def names(self):
        pick = self.pick
        name = pick.choice(("CUSTOM_A", "CUSTOM_B", "CUSTOM_C", "HW_CPU_X86_AVX", "bad"))
        kind = pick.choice(("CUSTOM_GOLD", "CUSTOM_IRON", "VCPU", "bad"))
        asked = pick.choice(
            (
                ("GET", f"/traits/{name}"),
                ("PUT", f"/traits/{name}"),
                ("DELETE", f"/traits/{name}"),
                ("GET", "/traits?name=startswith:CUSTOM_"),
                ("GET", "/traits?associated=true"),
                ("GET", "/traits?associated=maybe"),
                ("GET", "/traits?name=x"),
                ("GET", "/traits?name=in:CUSTOM_A,HW_CPU_X86_AVX,NONE"),
                ("GET", f"/resource_classes/{kind}"),
                ("PUT", f"/resource_classes/{kind}"),
                ("DELETE", f"/resource_classes/{kind}"),
                ("GET", "/resource_classes"),
                ("POST", "/resource_providers"),
                ("PATCH", "/traits"),
                ("GET", "/nowhere"),
            )
        )
        return (*asked, self.version(7), None)

    def change(self):
        pick = self.pick
        uuid = self.provider()
        kind = pick.choice(CLASSES)
        generation = pick.randint(2, 8)
        version = self.version()
        path = f"/resource_providers/{uuid}"
        return pick.choice(
            (
                ("PUT", path, version, {"name": uuid[:8] + pick.choice("ab")}),
                (
                    "PUT",
                    path,
                    self.version(37),
                    {
                        "name": uuid[:8],
                        "parent_provider_uuid": pick.choice((None, self.provider())),
                    },
                ),
                ("DELETE", path, version, None),
                (
                    "POST",
                    f"{path}/inventories",
                    version,
                    {"resource_class": kind, **self.inventory()},
                ),
                (
                    "PUT",
                    f"{path}/inventories/{kind}",
                    version,
                    {"resource_provider_generation": generation, **self.inventory()},
                ),
                (
                    "PUT",
                    f"{path}/inventories",
                    version,
                    {
                        "resource_provider_generation": generation,
                        "inventories": {name: self.inventory() for name in self.some(CLASSES, 1)},
                    },
                ),
                ("DELETE", f"{path}/inventories/{kind}", version, None),
                ("DELETE", f"{path}/inventories", self.version(5), None),
                (
                    "PUT",
                    f"{path}/traits",
                    self.version(6),
                    {"resource_provider_generation": generation, "traits": self.some(TRAITS)},
                ),
                ("DELETE", f"{path}/traits", self.version(6), None),
                ("PUT", f"{path}/aggregates", "1.18", self.some(self.aggregates)),
            )
        )

    def reshape(self):
        version = self.version(30)
        return (
            "POST",
            "/reshaper",
            version,
            {
                "inventories": {
                    self.provider(): {
                        "resource_provider_generation": self.pick.randint(2, 6),
                        "inventories": {name: self.inventory() for name in self.some(CLASSES, 0)},
                    }
                },
                "allocations": {
                    uuid: self.body_of_claim(version) for uuid in self.some(self.consumers, 0, 2)
                },
            },
        )
