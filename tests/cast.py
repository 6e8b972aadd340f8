"""Who the tests are about, and the tokens that name them.

Nearly every bug of authorisation is "Carol can".
"""

DOMAIN = {"id": "default", "name": "Default"}
HERS = "a11ce000000000000000000000000001"
ELSEWHERE = "ca401000000000000000000000000002"
ADMINS = "40000000000000000000000000000003"

# fmt: off
# name     project      roles
PEOPLE = {
    "alice": (HERS,      ("member", "reader")),
    "bob":   (HERS,      ("member", "reader")),
    "rita":  (HERS,      ("reader",)),
    "mandy": (HERS,      ("manager", "member", "reader")),
    "nina":  (HERS,      ("other",)),
    "carol": (ELSEWHERE, ("member", "reader")),
    "root":  (ADMINS,    ("admin", "manager", "member", "reader")),
    "nova":  (ADMINS,    ("service",)),
}
# fmt: on


def _token(name):
    project, roles = PEOPLE[name]
    return {
        "user": {"id": name, "name": name, "domain": DOMAIN},
        "project": {"id": project, "name": project, "domain": DOMAIN},
        "roles": [{"id": role, "name": role} for role in roles],
    }


TOKENS = {name: _token(name) for name in PEOPLE}


def validate(token):
    """Stands in for Identity: a token is its user's name."""
    return TOKENS.get(token)
