"""Key pairs: public keys that are put into servers at boot.  /os-keypairs"""

from typing import Any

from compute.api import paging, types
from compute.api.base import ComputeViewSet
from compute.api.times import with_micros
from compute.domain import keys
from compute.domain.errors import BadRequest, KeyPairNotFound
from compute.models import KeyPair
from versioned.operation import operation
from versioned.prepared import Forms
from versioned.schema import body, query
from versioned.shape import Attr, Const, Shape
from versioned.versions import changing, since


class KeyPairInList(Shape):
    name = Attr()
    public_key = Attr()
    fingerprint = Attr()
    type = Attr(since="2.2")


class KeyPairCreated(Shape):
    private_key = Attr(when=lambda row, ask: row.get("private_key") is not None)
    type = Attr(since="2.2")
    name = Attr()
    public_key = Attr()
    fingerprint = Attr()
    user_id = Attr()


class KeyPairShown(Shape):
    name = Attr()
    public_key = Attr()
    fingerprint = Attr()
    user_id = Attr()
    created_at = Attr(lambda row, ask: with_micros(row["created_at"]), needs="created_at")
    deleted = Const(False)
    deleted_at = Const(None)
    id = Attr()
    updated_at = Attr(lambda row, ask: with_micros(row["updated_at"]), needs="updated_at")
    type = Attr(since="2.2")


CREATE = body(
    "keypair",
    {
        "name": changing(
            {
                "2.0": types.padded_name,
                "2.1": types.keypair_name,
                "2.92": types.keypair_name_with_at,
            }
        ),
        "type": since("2.2", types.one_of("ssh", "x509")),
        "public_key": types.string,
        "user_id": since("2.10", types.string),
    },
    # Nova: since 2.92 the cloud makes no keys, so that it never knows a private one.
    required=["name", since("2.92", "public_key")],
)

_OF_USER = since("2.10", types.many(types.string))
LIST = query(
    closed_since="2.75",
    user_id=_OF_USER,
    limit=since("2.35", types.paging["limit"]),
    marker=since("2.35", types.paging["marker"]),
)
SHOW = query(closed_since="2.75", user_id=_OF_USER)


# A form is the columns, and how many rows come after a name; no name is empty.
_PAGE = Forms(
    lambda form, user_id, marker: (
        KeyPair.objects.filter(user_id=user_id, name__gt=marker)
        .order_by("name")
        .values(*form[0])[: form[1]]
    ),
    str,
    str,
)
_NAMED = Forms(
    lambda columns, user_id, name: KeyPair.objects.filter(user_id=user_id, name=name).values(
        *columns
    ),
    str,
    str,
)


class KeyPairViewSet(ComputeViewSet):
    @operation(policy="os_compute_api:os-keypairs:index", target="found", query=LIST)
    def list(self, request: Any) -> Any:
        user_id = self._whose()
        ask = self.ask
        columns = KeyPairInList.columns(ask)
        if request.version < (2, 35):
            return {"keypairs": self._listed(_PAGE((columns, None), user_id, ""), ask)}
        limit, marker = paging.limit_and_marker(request)
        if marker is not None and not _NAMED(columns, user_id, marker):
            raise BadRequest(f"Marker {marker} could not be found.")
        page = _PAGE((columns, limit), user_id, marker or "") if limit else []
        answer: dict[str, Any] = {"keypairs": self._listed(page, ask)}
        links = paging.next_links(request, "os-keypairs", page, "name", limit)
        if links:
            answer["keypairs_links"] = links
        return answer

    @operation(policy="os_compute_api:os-keypairs:show", target="found", query=SHOW)
    def retrieve(self, request: Any, id: str) -> Any:
        user_id = self._whose()
        ask = self.ask
        row = _NAMED.first(KeyPairShown.columns(ask), user_id, id)
        if row is None:
            raise KeyPairNotFound(name=id, user_id=user_id)
        return {"keypair": KeyPairShown.render(row, ask)}

    @operation(
        policy="os_compute_api:os-keypairs:create",
        target="found",
        body=CREATE,
        status={"2.0": 200, "2.2": 201},
    )
    def create(self, request: Any, keypair: dict[str, str]) -> Any:
        user_id = keypair.get("user_id") or self.context.user_id
        self.authorize({"user_id": user_id})
        made, private_key = keys.make(
            self.context,
            user_id=user_id,
            name=keypair["name"].strip(),
            type=keypair.get("type", "ssh"),
            public_key=keypair.get("public_key"),
        )
        row = {**vars(made), "private_key": private_key}
        return {"keypair": KeyPairCreated.render(row, self.ask)}

    @operation(
        policy="os_compute_api:os-keypairs:delete",
        target="found",
        query=SHOW,
        status={"2.0": 202, "2.2": 204},
    )
    def destroy(self, request: Any, id: str) -> None:
        keys.delete(user_id=self._whose(), name=id)

    def _whose(self) -> str:
        """The user whose keys are meant, once the policy has said yes."""
        named = self.request.params.get("user_id") if self.request.version >= (2, 10) else None
        # Nova: of a parameter given twice, the first value counts here.
        user_id: str = (named[0] if named else None) or self.context.user_id
        self.authorize({"user_id": user_id})
        return user_id

    def _listed(self, rows: Any, ask: Any) -> Any:
        return [{"keypair": row} for row in KeyPairInList.render_many(rows, ask)]
