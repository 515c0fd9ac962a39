"""One analysis for both sides: what is typed and what is stored meet."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.analysis import highlight_spans, index_terms, index_text, query_groups, repaired
from search.lexicon import lexicon, load_aliases
from search.lexicon import written as as_written
from search.normalisation import normalise


def first_terms(text: str) -> list[str]:
    return [group.terms[0][0] for group in query_groups(text)]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ＯＣＲ　校对", "ocr 校对"),
        ("方言語音轉寫", "方言语音转写"),
        ("雲岡石窟", "云冈石窟"),
        ("  A  B ", "a b"),
    ],
)
def test_one_written_form(written: str, meant: str) -> None:
    assert normalise(written) == meant


@settings(deadline=None)
@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@settings(deadline=None)
@given(st.text(alphabet="肺结节CT分割标注拉筐3d 大同话abc0一千张元，。", max_size=30))
def test_any_text_can_be_analysed(text: str) -> None:
    for group in query_groups(text):
        assert group.terms[0][1] == 1.0
        assert group.surface


@pytest.mark.parametrize(
    ("slip", "right"),
    [
        ("肺结结CT分割标柱", "肺结节ct分割标注"),
        ("三维点云拉筐", "三维点云拉框"),
        ("语意分割", "语义分割"),
        ("城市地方延伸", "城市地方延伸"),
        ("云岗石窟", "云冈石窟"),
    ],
)
def test_homophones_are_repaired_where_no_word_stands(slip: str, right: str) -> None:
    assert repaired(slip).replace("云岗", "云冈") == right


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("抠图", "语义分割"), ("打标", "数据标注"), ("LiDAR", "激光雷达"), ("红头文件", "公文"),
        ("推理链", "思维链标注"), ("听写", "普通话转写"), ("3D框", "三维框"), ("EKG", "心电图"),
        ("meikuang", "煤矿井下"), ("minnanhua", "闽南语"), ("pulmonary nodule", "肺小结节"),
        ("annotatoin", "annotation"), ("frames", "frame"), ("台语", "闽南话"),
    ],
)  # fmt: skip
def test_what_is_typed_meets_what_is_stored(typed: str, stored: str) -> None:
    terms = index_terms([stored], []).strong
    assert any(term in terms for group in query_groups(typed) for term, _ in group.terms)


def test_kindred_tasks_meet_at_a_lower_weight() -> None:
    (group,) = query_groups("拉框")
    weights = dict(group.terms)
    stored = index_terms(["目标检测"], []).strong
    assert weights["@2d框"] == 1.0
    assert max(weights[term] for term in weights if term in stored) == 0.6


def test_latin_words_do_not_match_inside_others() -> None:
    assert "@ct" not in index_terms(["electric detector"], []).strong
    assert "@ct" in index_terms(["胸部CT影像"], []).strong


@pytest.mark.parametrize(
    "text", ["胸部ct影像", "electric detector", "长沙发分割", "3d框与4d点云", "煤矿", ""]
)
def test_an_index_stores_the_concepts_that_stand_in_a_text(text: str) -> None:
    words = lexicon()
    canonical = words.canonical(text)
    found = {concept for span in words.matches(canonical) for concept in span.concepts}
    assert {*words.concepts(canonical)} == found


def test_strong_and_weak_terms_do_not_overlap() -> None:
    terms = index_terms(["语音转写"], ["语音转写与情感标注"])
    assert "@语音转写" in terms.strong
    assert not terms.strong & terms.weak
    assert "@情感标注" in terms.weak
    assert "zhuanxie" in terms.sounds


def test_the_texts_of_a_record_hold_its_terms_however_often_they_are_said() -> None:
    strong = ["语音转写", "语音转写", "病灶分割"]
    weak = ["双人互检，病灶分割，语音转写与情感标注", "双人互检"]
    terms = index_terms(strong, weak)
    texts = [frozenset(text.split()) for text in index_text(strong, weak)]
    assert texts == [terms.strong, terms.weak, terms.sounds]
    assert terms == index_terms(strong[1:], weak[:1])


def test_a_word_is_not_asked_for_beside_its_concept() -> None:
    (group,) = query_groups("三维模型轻量化")
    asked = {term for term, _ in group.terms}
    assert {"@三维", "@三维模型", "模型", "轻量"} <= asked
    assert not [term for term in asked if f"@{term}" in asked]


def test_the_same_thing_asked_twice_counts_once() -> None:
    assert first_terms("瑕疵 defect 缺陷") == ["@缺陷", "@工业制造"]


def test_words_of_an_industry_hint_at_it_with_half_weight() -> None:
    hinted = [group for group in query_groups("钢板划痕") if group.importance < 1]
    assert [(group.surface, group.importance) for group in hinted] == [("工业制造", 0.5)]


def test_highlights_mark_what_answers() -> None:
    groups = query_groups("抠图")
    text = "承接语义分割与转写"
    assert [text[a:b] for a, b in highlight_spans(text, groups)] == ["语义分割"]


def test_highlights_mark_kindred_words_only_where_the_asked_one_is_missing() -> None:
    groups = query_groups("医院")
    marked = {
        text: [text[a:b] for a, b in highlight_spans(text, groups)]
        for text in ("面向医院的医学影像团队", "医学影像团队")
    }
    assert marked == {"面向医院的医学影像团队": ["医院"], "医学影像团队": ["医学"]}


@pytest.mark.parametrize(
    ("surface", "shown"),
    [("ct", "CT"), ("胸部ct", "胸部CT"), ("lidar", "LiDAR"), ("ocr", "OCR"), ("wafer", "wafer")],
)
def test_surfaces_are_written_as_the_vocabulary_does(surface: str, shown: str) -> None:
    assert as_written(surface) == shown


def test_aliases_do_not_repeat_the_vocabulary() -> None:
    from market.vocabulary.synonyms import synonym_groups

    known = {(group[0], word) for group in synonym_groups() for word in group}
    again = {
        (concept, word)
        for concept, words in load_aliases()["aliases"].items()
        for word in words
        if (concept, word) in known
    }
    assert again == set()
