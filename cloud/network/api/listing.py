"""Lists: filters by any attribute, tags, sort keys, pages and their links."""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy

from cloud.network import errors
from cloud.network.api import prepared_lists
from cloud.network.api.resource import NetworkAsk, Noun, Params, Rows
from cloud.network.models import Tag
from middleware.context import RequestContext

_NOT_FILTERS = frozenset({"fields", "limit", "marker", "page_reverse", "sort_key", "sort_dir"})
# Neutron: lists of all others begin at their beginning after a marker that is not there.
_STRICT = ("network", "port", "router")
_TAG_FILTERS = ("tags", "tags-any", "not-tags", "not-tags-any")


class Listing:
    """One request for a list of a noun."""

    def __init__(self, noun: type[Noun], params: Params, context: RequestContext) -> None:
        self.noun, self.params, self.context = noun, params, context
        self.limit = self._limit()
        # Neutron: without a limit there are no pages, and a marker means nothing.
        asked = params.get("marker") if self.limit is not None else None
        self.marker = asked[-1] if asked else None
        self.reverse = (params.get("page_reverse") or [""])[-1].lower() == "true"
        self.rows: Rows = []

    def run(
        self, scope: Callable[[], QuerySet[Any]] | None, ask: NetworkAsk
    ) -> list[dict[str, Any]]:
        """Render the page that was asked for, of what `scope` finds; None is the noun's own.

        It is called when nothing can be refused any more, since it may make a default group.
        """
        rows = self._few(ask) if scope is None else None
        if rows is None:
            rows = self._page(scope or partial(self.noun.scope, self.context), ask)
        if self.reverse and self.limit is not None:
            # Neutron: what is no page is not turned back, and so is upside down.
            rows.reverse()
        self.rows = rows
        return self.noun.shape.render_many(rows, ask)

    def _few(self, ask: NetworkAsk) -> Rows | None:
        """What a prepared statement finds, None when there is none for what is asked."""
        if self.limit is not None or self.marker is not None:
            return None
        filters = {key: texts for key, texts in self.params.items() if key not in _NOT_FILTERS}
        if not prepared_lists.are_texts(self.noun, filters):
            return None
        ask.only = fields_of(self.params)
        columns = self.noun.own(ask)
        found = prepared_lists.find(
            self.noun, self.context, filters, self._order(), _in_order, columns
        )
        return self.noun.complete(found, ask)

    def _page(self, scope: Callable[[], QuerySet[Any]], ask: NetworkAsk) -> Rows:
        conditions, order = self._conditions(), self._order()
        if self.marker is not None and self.noun.owned:
            conditions.append(self._after(self.noun.scope(self.context), order))
        found = scope()
        for condition in conditions:
            found = found.filter(condition)
        if self.marker is not None and not self.noun.owned:
            # What belongs to nobody by itself is looked for below what it hangs on.
            found = found.filter(self._after(found, order))
        found = found.order_by(*(_in_order(key, down) for key, down in order))
        if self.limit is not None:
            found = found[: self.limit]
        ask.only = fields_of(self.params)
        return self.noun.load(found, ask)

    def links(self, url: str) -> list[dict[str, str]]:
        """The "next" and "previous" of a page."""
        if not self.limit:
            return []
        full = len(self.rows) >= self.limit
        found = []
        # Neutron: there is a page before the first, which is empty.
        if full or self.reverse:
            found.append({"rel": "next", "href": self._link(url, self.rows[-1:], reverse=False)})
        if full or not self.reverse:
            found.append({"rel": "previous", "href": self._link(url, self.rows[:1], reverse=True)})
        return found

    def _link(self, url: str, at: Rows, *, reverse: bool) -> str:
        params = {
            key: values
            for key, values in self.params.items()
            if key not in ("marker", "page_reverse")
        }
        if at:
            params["marker"] = [at[0]["id"]]
        if reverse:
            params["page_reverse"] = ["True"]
        return f"{url}?{urlencode(params, doseq=True)}"

    def _limit(self) -> int | None:
        values = self.params.get("limit")
        if not values or values[-1] == "":
            return None
        try:
            limit = int(values[-1])
        except ValueError:
            limit = -1
        if limit < 0:
            asked = values[-1] if limit == -1 and values[-1] != "-1" else limit
            raise errors.BadRequest(
                resource="limit", msg=f"Limit must be an integer 0 or greater and not '{asked}'"
            )
        return limit or None

    def _conditions(self) -> list[Q]:
        found = []
        unknown = []
        for key, values in self.params.items():
            if key in _NOT_FILTERS:
                continue
            if key in _TAG_FILTERS and self.noun.tagged:
                found.append(_tagged(key, values))
                continue
            field = self.noun.fields.get(key)
            if field is None or not field.filters:
                unknown.append(key)
            else:
                found.append(field.where(values, self.context))
        if unknown:
            raise errors.HTTPBadRequest(f"{unknown} is invalid attribute for filtering")
        return found

    def _order(self) -> list[tuple[str, bool]]:
        keys = [key for key in self.params.get("sort_key", []) if key]
        directions = [word for word in self.params.get("sort_dir", []) if word]
        if len(keys) != len(directions):
            raise errors.HTTPBadRequest("The number of sort_keys and sort_dirs must be same")
        unknown = [
            key for key in keys if key not in self.noun.fields or not self.noun.fields[key].sort
        ]
        if unknown:
            raise errors.HTTPBadRequest(f"{unknown} is invalid attribute for sort_keys")
        for key in keys:
            if self.noun.fields[key].column is None:
                # Neutron: promises to sort by it, and finds that there is no such column.
                raise errors.BadRequest(
                    resource=self.noun.plural.replace("_", ""),
                    msg=f"'{key}' is an invalid attribute for sort key",
                )
        wrong = [word for word in directions if word not in ("asc", "desc")]
        if wrong:
            raise errors.HTTPBadRequest(
                f"{wrong} is invalid value for sort_dirs, valid value is 'asc' and 'desc'"
            )
        order = [
            (str(self.noun.fields[key].column), (word == "desc") != self.reverse)
            for key, word in zip(keys, directions, strict=True)
        ]
        if not order and self.limit is None and self.marker is None and _has_times(self.noun):
            return [("created_at", False), ("id", False)]
        return [*order, ("id", self.reverse)]

    def _after(self, rows: QuerySet[Any], order: list[tuple[str, bool]]) -> Q:
        row = rows.filter(id=self.marker).values(*(key for key, _ in order)).first()
        if row is None and self.noun.member in _STRICT:
            raise self.noun.missing(str(self.marker))
        if row is None:
            return Q()
        later = Q()
        same = Q()
        for key, down in order:
            later |= same & Q(**{f"{key}__{'lt' if down else 'gt'}": row[key]})
            same &= Q(**{key: row[key]})
        return later


def _has_times(noun: type[Noun]) -> bool:
    return any(field.name == "created_at" for field in noun.model._meta.get_fields())


def _tagged(key: str, values: list[str]) -> Q:
    tags = {tag for value in values for tag in value.split(",")}
    if key.endswith("any"):
        found = Q(id__in=Tag.objects.filter(tag__in=tags).values("resource_id"))
    else:
        found = Q()
        for tag in tags:
            found &= Q(id__in=Tag.objects.filter(tag=tag).values("resource_id"))
    return ~found if key.startswith("not") else found


def _in_order(key: str, down: bool) -> OrderBy:
    """Nulls before everything else, whatever the database thinks."""
    return F(key).desc(nulls_last=True) if down else F(key).asc(nulls_first=True)


def fields_of(params: Params) -> frozenset[str] | None:
    """The attributes that `fields` names, None when all are wanted."""
    return frozenset(field for field in params.get("fields", []) if field) or None


def only(rendered: list[dict[str, Any]], params: Params) -> list[dict[str, Any]]:
    """Keep the attributes that `fields` names, of what no noun has rendered."""
    wanted = fields_of(params)
    if wanted is None:
        return rendered
    return [{key: value for key, value in row.items() if key in wanted} for row in rendered]
