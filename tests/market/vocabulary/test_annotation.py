"""Modalities, task types and units."""

from decimal import Decimal

import pytest

from market.vocabulary.annotation import (
    MODALITIES,
    TASK_FAMILIES,
    TASK_TYPES,
    UNITS,
    parse_unit,
    tasks_of,
)


def test_every_task_refers_to_a_family_a_modality_and_a_unit_that_exist() -> None:
    unit_names = {unit.zh for unit in UNITS.values()}
    for task in TASK_TYPES.values():
        assert task.family in TASK_FAMILIES
        assert task.modality is None or task.modality in MODALITIES
        assert task.unit in unit_names


@pytest.mark.parametrize(
    ("text", "unit", "counts"),
    [
        ("例CT", "例", "CT"),
        ("张WSI", "张WSI", ""),
        ("张高清图像", "张", "高清图像"),
        ("有效小时", "有效小时", ""),
        ("小时视频", "小时", "视频"),
        ("帧点云", "帧", "点云"),
        ("千字", "千字", ""),
        ("条 CoT", "条", "CoT"),
        ("人天", "人天", ""),
    ],
)
def test_units_as_people_write_them(text: str, unit: str, counts: str) -> None:
    parsed = parse_unit(text)
    assert parsed is not None
    assert (parsed[0].zh, parsed[1]) == (unit, counts)


def test_what_is_no_unit_is_refused() -> None:
    assert parse_unit("马力") is None
    assert parse_unit("") is None


def test_quantities_follow_the_formula_of_the_unit() -> None:
    assert UNITS["valid_hour"].quantity(5400) == Decimal("1.5000")
    assert UNITS["character_thousand"].quantity(2345) == Decimal("2.3450")
    assert UNITS["minute"].quantity(50) == Decimal("0.8333")
    assert UNITS["box"].quantity(7) == Decimal(7)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("抠图", "semantic_segmentation"),
        ("拉框", "box_2d"),
        ("CoT", "chain_of_thought"),
        ("rlhf", "preference_ranking"),
        ("听写", "speech_transcription"),
        ("红头文件", "official_document_fields"),
        ("WSI标注", "pathology_region"),
        ("思维链CoT撰写", "chain_of_thought"),
    ],
)
def test_task_types_answer_to_the_words_of_the_trade(word: str, code: str) -> None:
    task = TASK_TYPES.find(word)
    assert task is not None
    assert task.code == code


def test_tasks_of_a_modality_end_with_those_of_any() -> None:
    codes = [task.code for task in tasks_of("pointcloud4d")]
    assert codes == ["annotation_4d", "three_stage_check", "adjudication"]
