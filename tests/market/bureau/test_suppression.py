"""Small cells: never shown alone, never derivable from the total."""

from hypothesis import given
from hypothesis import strategies as st

from market.bureau.suppression import MINIMUM, merge_small


def test_cells_from_the_minimum_up_stand_alone() -> None:
    assert merge_small({"a": 5, "b": 9, "c": 0}) == (["b", "a"], [])


def test_small_cells_are_merged_when_they_reach_the_minimum_together() -> None:
    assert merge_small({"a": 9, "b": 3, "c": 2}) == (["a"], ["b", "c"])


def test_a_rest_below_the_minimum_takes_the_smallest_cell_with_it() -> None:
    assert merge_small({"a": 9, "b": 6, "c": 4}) == (["a"], ["b", "c"])


def test_nothing_of_a_table_below_the_minimum_is_shown() -> None:
    assert merge_small({"a": 3, "b": 1}) == ([], [])


@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(0, 30)))
def test_no_cell_below_the_minimum_can_be_worked_out(counts: dict[str, int]) -> None:
    alone, rest = merge_small(counts)
    filled = {key for key, n in counts.items() if n}
    assert {*alone, *rest} == (filled if sum(counts.values()) >= MINIMUM else set())
    assert len(alone) + len(rest) == len({*alone, *rest})
    assert all(counts[key] >= MINIMUM for key in alone)
    if rest:  # what the total less the cells shown gives away
        assert sum(counts[key] for key in rest) >= MINIMUM
        assert len(rest) > 1
