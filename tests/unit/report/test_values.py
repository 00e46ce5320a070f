import pytest

from omlib.model.item import Value
from omlib.report.values import Side, line_changes, plain_json, two_sides, value_text
from omlib.report.words import Lang


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (4096, "4096"),
        (True, "true"),
        (None, "nothing"),
        ("on", "on"),
        ("", '""'),
        (" on", '" on"'),
        (("a", 1), "[a, 1]"),
        ((), "[]"),
    ],
)
def test_a_value_is_shown_bare_unless_that_hides_something(value: Value, shown: str) -> None:
    assert value_text(value, Lang.EN) == shown


@pytest.mark.parametrize(
    ("declared", "actual"),
    [("1", 1), ("true", True), ("nothing", None), ("[a]", ("a",)), (("1",), (1,))],
)
def test_two_sides_never_look_alike(declared: Value, actual: Value) -> None:
    one, other = two_sides(declared, actual, Lang.EN)
    assert one != other


def test_only_the_lines_that_differ_are_told_in_their_order() -> None:
    changes, more = line_changes(("a", "b", "c"), ("a", "x", "c", "d"))
    assert changes == [(Side.DECLARED, "b"), (Side.ACTUAL, "x"), (Side.ACTUAL, "d")]
    assert more == 0


def test_the_same_lines_in_another_order_are_no_change_of_lines() -> None:
    assert line_changes(("a", "b"), ("b", "a")) == ([], 0)


def test_a_line_that_stands_twice_is_a_change() -> None:
    assert line_changes(("a",), ("a", "a")) == ([(Side.ACTUAL, "a")], 0)


@pytest.mark.parametrize("lines", [30, 3000])
def test_long_changes_are_counted_not_poured_out(lines: int) -> None:
    changes, more = line_changes(tuple(map(str, range(lines))), ())
    assert len(changes) + more == lines
    assert len(changes) == 12


def test_a_record_becomes_json_without_losing_its_groups() -> None:
    assert plain_json({"full": frozenset({"users", "files"}), "n": 3, "no": None}) == {
        "full": ["files", "users"],
        "n": 3,
        "no": None,
    }
