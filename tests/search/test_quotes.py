"""Which quotes of a firm answer a query."""

from typing import Any

import pytest

from search.analysis import query_groups
from search.constraints import parse_query
from search.quotes import keeps_ceilings


def _quotes(text: str, *prices: tuple[str, str, float]) -> bool:
    """Whether a firm with these (task, unit, yuan) is kept for the query."""
    listed = [{"task": task, "unit": unit, "low": yuan * 10_000} for task, unit, yuan in prices]
    document: dict[str, Any] = {"kind": "suppliers", "prices": listed}
    parsed = parse_query(text, "suppliers")
    return keeps_ceilings(document, parsed.filters, query_groups(parsed.text))


MANDARIN, CANTONESE = ("普通话转写", "有效小时", 85), ("粤语转写", "有效小时", 150)


@pytest.mark.parametrize(
    ("text", "prices", "is_kept"),
    [
        ("粤语转写 每小时120元以内", [MANDARIN, CANTONESE], False),
        ("粤语转写 每小时160元以内", [MANDARIN, CANTONESE], True),
        ("粤语转写 每小时120元以内", [MANDARIN], False),
        ("普通话转写 每小时120元以内", [MANDARIN, CANTONESE], True),
        ("转写 每小时120元以内", [MANDARIN, CANTONESE], True),
        ("街景拉框 每框一毛以内", [("图像2D框", "框", 0.08), ("点云3D框", "帧", 3)], True),
        ("肝脏分割 每例50元以内", [("肝脏MRI分割", "例", 60), ("肺部CT分割", "例", 40)], False),
        ("粤语转写", [MANDARIN], True),
    ],
)
def test_the_quote_for_what_was_asked(text: str, prices: list[Any], is_kept: bool) -> None:
    assert _quotes(text, *prices) is is_kept


def test_who_states_no_prices_is_left_to_the_filter() -> None:
    parsed = parse_query("转写 每小时120元以内", "jobs")
    document = {"kind": "jobs", "ceiling": 1}
    assert keeps_ceilings(document, parsed.filters, query_groups(parsed.text))
