"""Ranged shapes: what a version shows, to whom, and which columns that takes."""

from versioned.shape import Ask, Attr, Const, Shape


class Widget(Shape):
    id = Attr("uuid")
    size = (Attr(until="2.4"), Attr(lambda row, ask: [row["size"]], since="2.5", needs="size"))
    secret = Attr(key="X-WIDGET:secret", policy="see-secrets")
    kind = Const("widget", since="2.9")
    tag = Attr(when=lambda row, ask: row["tag"] is not None)


class Painted(Shape):
    attrs = (*Widget.attrs, Attr("colour", key="colour", since="2.7").later("2.8"))


ROW = {"uuid": "u", "size": 3, "secret": "s", "tag": None, "colour": "red"}


def shown(minor, *granted, shape=Widget, row=ROW):
    return shape.render(row, Ask((2, minor), lambda rule: rule in granted))


def test_a_key_is_shown_in_its_range_only():
    assert shown(4) == {"id": "u", "size": 3}
    assert shown(5) == {"id": "u", "size": [3]}
    assert "kind" not in shown(8)
    assert shown(9)["kind"] == "widget"


def test_a_guarded_key_is_shown_to_those_who_are_granted_it():
    assert "X-WIDGET:secret" not in shown(1)
    assert shown(1, "see-secrets")["X-WIDGET:secret"] == "s"


def test_a_key_that_does_not_apply_is_left_out():
    assert "tag" not in shown(1)
    assert shown(1, row={**ROW, "tag": "t"})["tag"] == "t"


def test_columns_are_those_that_the_version_and_the_caller_need():
    assert Widget.columns(Ask((2, 1))) == ("uuid", "size", "tag")
    assert "secret" in Widget.columns(Ask((2, 1), lambda rule: True))


def test_a_key_may_be_shown_later_in_another_shape():
    assert "colour" not in shown(7, shape=Painted)
    assert shown(8, shape=Painted)["colour"] == "red"


def test_a_policy_is_asked_once_for_a_whole_list():
    asked = []
    ask = Ask((2, 1), lambda rule: asked.append(rule) or True)
    Widget.render_many([ROW] * 5, ask)
    assert asked == ["see-secrets"]


def test_marks_are_the_versions_at_which_the_shape_changes():
    assert Widget.marks() == {(2, 5), (2, 9)}


def test_it_is_a_serializer_to_drf():
    assert Widget(ROW, context={"ask": Ask((2, 1))}).data == {"id": "u", "size": 3}
    assert Widget([ROW], many=True, context={"ask": Ask((2, 1))}).data == [{"id": "u", "size": 3}]
