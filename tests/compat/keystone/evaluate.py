"""What Keystone's own rules make of assertions: a JSON list of cases in, one of answers out.

A case is [rules, schema version, assertion].  Runs in Keystone's environment.
"""

import json
import sys

import keystone.conf
from keystone import exception
from keystone.federation import utils


def evaluate(rules, version, assertion):
    mapping = {"id": "m", "rules": rules, "schema_version": version}
    try:
        utils.validate_mapping_structure({"rules": rules, "schema_version": version})
        found = utils.create_attribute_mapping_rules_processor(mapping).process(assertion)
    except (exception.ValidationError, ValueError):
        return "nobody"  # a ValueError is a failure of Keystone's; nobody gets in by it either
    except exception.UnexpectedError:
        return "broken"
    return {**found, "group_ids": sorted(found["group_ids"])}


if __name__ == "__main__":
    keystone.conf.configure()
    keystone.conf.CONF([], project="keystone")
    json.dump([evaluate(*case) for case in json.load(sys.stdin)], sys.stdout)
