"""The closed vocabulary: what holds, and that absence proves nothing."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from billing.vouchers.predicates import Predicate, holds, readings
from billing.vouchers.verifier.predicates import is_true, read_values

PREDICATE = TypeAdapter(Predicate)
FACTS = {"size": "small", "years": 3, "clean": True, "tags": ["a", "b"], "deep": {"x": 1}}


def compare(path, op, value):
    return {"compare": {"path": path, "op": op, "value": value}}


def parsed(data):
    return PREDICATE.validate_json(json.dumps(data))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (compare("years", "ge", 3), True),
        (compare("years", "gt", 3), False),
        (compare("years", "lt", 4), True),
        (compare("years", "le", 2), False),
        (compare("size", "ne", "large"), True),
        (compare("deep.x", "eq", 1), True),
        (compare("deep.x", "eq", True), False),
        (compare("clean", "eq", 1), False),
        (compare("absent", "ne", 1), False),
        (compare("size.x", "eq", "small"), False),
        ({"in": {"path": "size", "values": ["micro", "small"]}}, True),
        ({"in": {"path": "tags", "values": ["b", "z"]}}, True),
        ({"in": {"path": "clean", "values": [1]}}, False),
        ({"in": {"path": "absent", "values": ["a"]}}, False),
        ({"exists": {"path": "deep.x"}}, True),
        ({"exists": {"path": "deep.y"}}, False),
        ({"not": {"exists": {"path": "deep.y"}}}, True),
        ({"all": [{"exists": {"path": "size"}}, compare("years", "eq", 3)]}, True),
        ({"any": [{"exists": {"path": "nope"}}, compare("years", "eq", 4)]}, False),
        ({"all": []}, True),
        ({"any": []}, False),
    ],
)
def test_predicates_hold_of_facts_alike_in_engine_and_verifier(data, expected):
    assert holds(parsed(data), FACTS) is expected
    assert is_true(data, FACTS) is expected
    assert readings(parsed(data), FACTS) == read_values(data, FACTS)


@pytest.mark.parametrize("data", [{"eval": "1"}, {}, {"all": [], "any": []}, {"not": []}, "true"])
def test_nothing_outside_the_vocabulary_parses(data):
    with pytest.raises(ValidationError):
        parsed(data)


scalars = st.one_of(st.integers(-3, 3), st.booleans(), st.sampled_from(["a", "b"]))
paths = st.sampled_from(["x", "y", "z.w", "none"])
leaves = st.one_of(
    st.builds(compare, paths, st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"]), scalars),
    st.builds(
        lambda path, values: {"in": {"path": path, "values": values}},
        paths,
        st.lists(scalars, max_size=3),
    ),
    st.builds(lambda path: {"exists": {"path": path}}, paths),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=6,
)


@given(tree=trees, x=scalars, y=st.lists(scalars, max_size=2), w=scalars)
def test_engine_and_verifier_agree_on_any_tree(tree, x, y, w):
    facts = {"x": x, "y": y, "z": {"w": w}}
    assert holds(parsed(tree), facts) is is_true(tree, facts)
    assert PREDICATE.dump_python(parsed(tree), mode="json", by_alias=True) == tree
