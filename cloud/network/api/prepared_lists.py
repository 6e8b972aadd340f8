"""Lists filtered by nothing but texts, as compute asks for them: their statements are prepared."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import CharField, QuerySet, TextField
from django.db.models.expressions import OrderBy

from cloud.network.api.resource import Noun, Params, Rows, Sight
from middleware.context import RequestContext
from versioned.prepared import Prepared

# More is left to Django, so that what is asked once is not kept.
_MOST_FORMS, _MOST_TEXTS = 512, 4
# (noun, sight, filters, order, columns) -> the statement, and whether it wants the project
_known: dict[tuple[Any, ...], tuple[Prepared[dict[str, Any]], bool]] = {}


def are_texts(noun: type[Noun], filters: Params) -> bool:
    """Whether each filter compares a column of the noun's with texts, and they are few."""
    return sum(map(len, filters.values())) <= _MOST_TEXTS and all(
        "" not in values and _is_text(noun, key) for key, values in filters.items()
    )


def _is_text(noun: type[Noun], key: str) -> bool:
    field = noun.fields.get(key)
    if field is None or field.filters is not True or field.filters_converted:
        return False
    if not isinstance(field.source, str) or "__" in field.source:
        return False
    column = noun.model._meta.get_field(field.source)
    return isinstance(getattr(column, "target_field", column), CharField | TextField)


def find(
    noun: type[Noun],
    context: RequestContext,
    filters: Params,
    order: Sequence[tuple[str, bool]],
    in_order: Callable[[str, bool], OrderBy],
    columns: tuple[str, ...],
) -> Rows:
    """The rows that the caller may see and that have these texts."""
    sight = noun.sight(context)
    if sight is Sight.NOTHING:
        return []
    form = tuple((key, len(values)) for key, values in filters.items())
    key = (noun, sight, form, tuple(order), columns)
    known = _known.get(key)
    if known is None:

        def make(*places: str) -> QuerySet[Any, Any]:
            left = list(places)
            # Not the caller's own context: the statement outlives the request.
            asking = RequestContext(project_id=left.pop(0) if wants_project else None)
            found = noun.seen(asking, sight)
            for name, count in form:
                found = found.filter(noun.fields[name].where(left[:count], asking))
                del left[:count]
            return found.order_by(*(in_order(*each) for each in order)).values(*columns)

        wants_project = sight in (Sight.OWN, Sight.SHARED) and bool(noun.visible(context))
        count = int(wants_project) + sum(count for _, count in form)
        known = Prepared(make, *[str] * count), wants_project
        if len(_known) < _MOST_FORMS:
            _known[key] = known
    prepared, wants_project = known
    texts = [text for values in filters.values() for text in values]
    return prepared(*([context.project_id] if wants_project else []), *texts)
