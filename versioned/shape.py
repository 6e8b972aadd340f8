"""Ranged response shapes: a resource's representation, one renderer for each epoch.

A shape renders rows (the dictionaries of `.values()`), never model instances: on lists the ORM's
objects are the cost.  `Shape.columns()` says which columns and related things a version needs.
"""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from copy import copy
from operator import itemgetter
from typing import Any, ClassVar

from rest_framework.serializers import BaseSerializer

from versioned.versions import EARLIEST, Epochs, Version, after, parse, span

Row = Mapping[str, Any]
Getter = Callable[[Row, Any], Any]


class Attr:
    """One key of a representation.

    `source`: a column's name, or a function `(row, ask) -> value`; by default the attribute's
    own name.  `key`: the name on the wire.  `since`, `until`: inclusive ends.  `policy`: shown
    only when `ask.allows(policy)`.  `needs`: columns, or names of related things, that a function
    reads.  `when`: a predicate `(row, ask)`; the key is left out where it says no.
    """

    __slots__ = ("first", "key", "last", "needs", "policy", "source", "when")

    def __init__(
        self,
        source: str | Getter | None = None,
        *,
        key: str | None = None,
        since: str | None = None,
        until: str | None = None,
        policy: str | None = None,
        needs: str | Iterable[str] = (),
        when: Callable[[Row, Any], bool] | None = None,
    ) -> None:
        self.source: Any = source
        self.key: str = key or ""
        self.first, self.last = span(since, until)
        self.policy = policy
        self.needs = (needs,) if isinstance(needs, str) else tuple(needs)
        self.when = when

    def named(self, name: str) -> "Attr":
        self.key = self.key or name
        if self.source is None:
            self.source = name
        return self

    def later(self, version: str) -> "Attr":
        """The same key, shown from `version` on, or from its own beginning if that is later."""
        other = copy(self)
        other.first = max(self.first, parse(version))
        return other

    def holds(self, version: Version) -> bool:
        return self.first <= version and (self.last is None or version <= self.last)

    def marks(self) -> set[Version]:
        ends = {self.first}
        if self.last is not None:
            ends.add(after(self.last))
        return ends - {EARLIEST}

    def columns(self) -> tuple[str, ...]:
        return (self.source, *self.needs) if isinstance(self.source, str) else self.needs


def Const(value: Any, **how: Any) -> Attr:
    """A key whose value never varies."""
    return Attr(lambda row, ask: value, **how)


_MOST_PLANS = 256


class Ask:
    """What a renderer may ask while it renders: the version, and whether a policy is granted.

    Services subclass it to carry links and related rows.
    """

    def __init__(self, version: Version, allows: Callable[[str], bool] | None = None) -> None:
        self.version = version
        # The keys that are wanted, None for all; what the others need is not even read.
        self.only: frozenset[str] | None = None
        self._allows = allows
        self._granted: dict[str, bool] = {}

    def allows(self, policy: str) -> bool:
        known = self._granted.get(policy)
        if known is None:
            known = self._granted[policy] = self._allows is not None and self._allows(policy)
        return known


class _Plan:
    """The compiled form of a shape at one epoch for one set of granted policies."""

    __slots__ = ("columns", "steps")

    def __init__(self, attrs: Iterable[Attr]) -> None:
        columns: dict[str, None] = {}
        steps: list[tuple[str, Any, bool, Any]] = []
        for attr in attrs:
            columns.update(dict.fromkeys(attr.columns()))
            if isinstance(attr.source, str):
                steps.append((attr.key, itemgetter(attr.source), False, attr.when))
            else:
                steps.append((attr.key, attr.source, True, attr.when))
        self.columns = tuple(columns)
        self.steps = tuple(steps)

    def render(self, row: Row, ask: Any) -> dict[str, Any]:
        return {
            key: get(row, ask) if asks else get(row)
            for key, get, asks, when in self.steps
            if when is None or when(row, ask)
        }


class Shape(BaseSerializer):  # type: ignore[type-arg]
    """A representation, declared as class attributes: an Attr each, or a tuple of Attrs.

    Keys are rendered in the order of declaration.
    """

    attrs: ClassVar[tuple[Attr, ...]] = ()
    _epochs: ClassVar[Epochs]
    # (epoch, policies that are granted, keys that are wanted) -> the plan
    _plans: ClassVar[dict[tuple[Version, frozenset[str], frozenset[str] | None], _Plan]]
    _guarded: ClassVar[dict[Version, tuple[str, ...]]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own: list[Attr] = []
        for name, value in list(vars(cls).items()):
            attrs = value if isinstance(value, tuple) and name != "attrs" else (value,)
            if attrs and all(isinstance(attr, Attr) for attr in attrs):
                own.extend(attr.named(name) for attr in attrs)
                delattr(cls, name)
        cls.attrs = (*cls.attrs, *own)
        cls._epochs = Epochs(mark for attr in cls.attrs for mark in attr.marks())
        cls._plans = {}
        cls._guarded = {}

    @classmethod
    def marks(cls) -> frozenset[Version]:
        return frozenset(cls._epochs.firsts) - {EARLIEST}

    @classmethod
    def keys(cls, version: Version) -> list[str]:
        """The keys that may appear at `version`, whoever asks."""
        return [attr.key for attr in cls.attrs if attr.holds(version)]

    @classmethod
    def plan(cls, ask: Ask) -> _Plan:
        epoch = cls._epochs.of(ask.version)
        guarded = cls._guarded.get(epoch)
        if guarded is None:
            held = [attr for attr in cls.attrs if attr.holds(epoch)]
            guarded = tuple(dict.fromkeys(attr.policy for attr in held if attr.policy))
            cls._guarded[epoch] = guarded
        granted = frozenset([policy for policy in guarded if ask.allows(policy)])
        only = ask.only
        plan = cls._plans.get((epoch, granted, only))
        if plan is None:
            shown = cls._shown(epoch, granted)
            plan = _Plan(attr for attr in shown if only is None or attr.key in only)
            # Which keys are wanted is the client's choice: not all such plans are kept.
            if only is None or len(cls._plans) < _MOST_PLANS:
                cls._plans[epoch, granted, only] = plan
        return plan

    @classmethod
    def _shown(cls, epoch: Version, granted: AbstractSet[str]) -> list[Attr]:
        return [
            attr
            for attr in cls.attrs
            if attr.holds(epoch) and (attr.policy is None or attr.policy in granted)
        ]

    @classmethod
    def columns(cls, ask: Ask) -> tuple[str, ...]:
        """The columns and related things that rendering for `ask` reads."""
        return cls.plan(ask).columns

    @classmethod
    def render(cls, row: Row, ask: Ask) -> dict[str, Any]:
        return cls.plan(ask).render(row, ask)

    @classmethod
    def render_many(cls, rows: Iterable[Row], ask: Ask) -> list[dict[str, Any]]:
        render = cls.plan(ask).render
        return [render(row, ask) for row in rows]

    def to_representation(self, instance: Row) -> dict[str, Any]:
        """DRF's side of the same thing; the context holds the request's `ask`."""
        return self.render(instance, self.context["ask"])


def at(version: str) -> Ask:
    """An Ask of `version` that is granted nothing: for tests and documentation."""
    return Ask(parse(version))
