"""The measures themselves."""

from collections.abc import Sequence

import pytest

from search.evaluation import evaluate, ndcg, violates_example


@pytest.mark.parametrize(
    ("ranked", "grades", "value"),
    [
        (["a", "b"], {"a": 3, "b": 1}, 1.0),
        (["b", "a"], {"a": 3, "b": 1}, (1 + 7 / 1.5849625007) / (7 + 1 / 1.5849625007)),
        ([], {"a": 3}, 0.0),
        ([], {}, 1.0),
        (["a"], {}, 0.0),
        (["x", "x", "x", "x", "x", "a"], {"a": 3}, 0.0),
    ],
)
def test_ndcg(ranked: Sequence[str], grades: dict[str, int], value: float) -> None:
    assert ndcg(ranked, grades) == pytest.approx(value)


async def test_misses_violations_and_probes_are_named() -> None:
    case = {
        "id": "Q1", "query": "q", "target": "suppliers", "relevance": {"a": 3},
        "hard_constraints": [{"field": "staff_total", "op": ">=", "value": 10}],
    }  # fmt: skip
    judged = {"queries": [case], "synonym_probes": [{"query": "p", "any_of_top": ["a"]}]}

    async def search(target: str, query: str) -> list[str]:
        return ["b", "a"]

    staff = {"a": {"staff_total": 10}, "b": {"staff_total": 9}}
    measured = await evaluate(
        judged, search, violates=lambda i, constraint: violates_example(staff[i], constraint)
    )
    assert measured.precision_at_1 == 0.0
    assert [miss.id for miss in measured.misses] == ["Q1"]
    assert measured.violations == (("Q1", "b", "staff_total"),)
    assert measured.probes_passed == 0
    assert measured.probe_misses == {"p": ("b", "a")}


@pytest.mark.parametrize(
    ("constraint", "broken"),
    [
        ({"field": "security.mlps", "op": ">=", "value": "二级"}, False),
        ({"field": "security.mlps", "op": ">=", "value": "四级"}, True),
        ({"field": "security.xinchuang", "op": "=", "value": True}, True),
        ({"field": "certs", "op": "contains_prefix", "value": "测绘资质"}, False),
        ({"field": "certs", "op": "contains", "value": "TISAX"}, True),
        ({"field": "price:条:心电", "op": "<=", "value": 3}, False),
        ({"field": "price:条", "op": "<=", "value": 0.5}, True),
        ({"field": "price:框", "op": "<=", "value": 5}, True),
        ({"field": "capacity:帧点云", "op": ">=", "value": 100}, False),
        ({"field": "region_city", "op": "=", "value": "370100"}, False),
        ({"field": "region_province", "op": "=", "value": "140000"}, True),
    ],
)
def test_hard_constraints_of_example_records(constraint: dict[str, object], broken: bool) -> None:
    record = {
        "region_code": "370102", "security": {"mlps": "三级"}, "certs": ["测绘资质乙级"],
        "prices": [{"task": "心电", "unit": "条", "min": "1.2"},
                   {"task": "其他", "unit": "条", "min": "4"}],
        "daily_capacity": [{"unit": "帧点云", "qty": 100}],
    }  # fmt: skip
    assert violates_example(record, constraint) is broken
