"""Findings from the sheet and from a list, with the row of what is not understood."""

import pytest

from market.kit.errors import InvalidInput
from market.orders import findings
from market.orders.forms import Defect, Finding


def test_the_sheet_counts_only_marked_items() -> None:
    values = {"defect-0": "", "note-0": "x", "defect-2": "boundary", "note-2": "外扩"}
    assert findings.from_sheet(values, ["a", "b", "c"]) == [
        Finding(item="c", defect=Defect.BOUNDARY, note="外扩")
    ]


def test_a_list_takes_codes_words_and_chinese_commas() -> None:
    text = "a.nii,missed\n\nb.nii，边界超差，左肺, 下叶\n c.nii \n"
    assert findings.from_list(text) == [
        Finding(item="a.nii", defect=Defect.MISSED),
        Finding(item="b.nii", defect=Defect.BOUNDARY, note="左肺"),
        Finding(item="c.nii", defect=Defect.OTHER),
    ]
    assert findings.from_list("") == []


@pytest.mark.parametrize("text", ["a,missed\nb,太小", "a\nb,太小,x"])
def test_an_unknown_defect_is_named_with_its_row(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        findings.from_list(text)
    assert refused.value.fields == {"findings": "第2行：“太小”不是所列缺陷"}
