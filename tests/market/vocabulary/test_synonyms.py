"""Synonyms, misspellings and the dictionary of the segmenter."""

import pytest

from market.vocabulary.synonyms import dictionary, misspellings, synonym_groups, synonym_table
from market.vocabulary.terms import normalise


def test_groups_join_different_words() -> None:
    for group in synonym_groups():
        words = [normalise(word) for word in group]
        assert len(words) > 1
        assert len(set(words)) == len(words)


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("抠图", "segmentation"),
        ("matting", "分割"),
        ("打标", "标注"),
        ("lidar", "点云"),
        ("红头文件", "公文"),
        ("推理链", "CoT"),
        ("听写", "转写"),
        ("肺小结节", "肺结节"),
        ("山西话", "晋语"),
        ("瑕疵", "缺陷"),
        ("打码", "脱敏"),
    ],
)
def test_the_words_of_the_trade_meet(word: str, other: str) -> None:
    assert other in synonym_table()[normalise(word)]


def test_equivalence_goes_both_ways() -> None:
    table = synonym_table()
    for word, others in table.items():
        for other in others:
            assert word in {normalise(back) for back in table[normalise(other)]}


def test_misspellings_lead_to_words_the_segmenter_keeps() -> None:
    for wrong, right in misspellings().items():
        assert wrong not in misspellings().values()
        assert right in dictionary()


def test_the_dictionary_keeps_what_plain_segmenters_break() -> None:
    assert {"思维链", "点云", "拉框", "多模态", "标注员", "晋语"} <= set(dictionary())
