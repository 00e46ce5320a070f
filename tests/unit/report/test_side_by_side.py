from omlib.report.side_by_side import Row, side_by_side


def test_lines_far_from_a_difference_are_counted_instead_of_shown() -> None:
    before = [f"line {number}" for number in range(20)]
    after = [*before[:10], "changed", *before[11:]]
    rows = list(side_by_side(before, after))
    assert rows[0] == Row(None, None, 7)
    assert rows[4] == Row("line 10", "changed")
    assert rows[-1] == Row(None, None, 6)
    assert len(rows) == 9


def test_one_line_between_is_shown_rather_than_counted() -> None:
    before = [f"line {number}" for number in range(5)]
    assert next(side_by_side(before, [*before[:4], "x"])) == Row("line 0", "line 0")


def test_lists_too_long_to_align_tell_what_only_one_side_holds() -> None:
    before = [f"line {number}" for number in range(3000)]
    rows = list(side_by_side(before, ["new", *before[1:]]))
    assert rows == [Row(None, None, 2999), Row("line 0", "new")]
