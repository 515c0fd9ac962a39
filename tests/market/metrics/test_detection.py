"""Boxes and regions against pycocotools and plain arrays, through the files people hand in."""

import contextlib
import io
import json
import random
from typing import Any

import numpy as np
import pytest

from market.metrics.agreement import NotMeasurable
from market.metrics.files import LabelFile
from market.metrics.scoring import score

SIZE = 100


def coco(
    annotations: list[dict[str, Any]], *, images: int = 3, name: str = "coco.json"
) -> LabelFile:
    document = {
        "images": [
            {"id": n, "file_name": f"img{n}.png", "width": SIZE, "height": SIZE} for n in range(1, images + 1)
        ],
        "categories": [{"id": 1, "name": "car"}, {"id": 2, "name": "dog"}],
        "annotations": [{"id": at, **row} for at, row in enumerate(annotations, 1)],
    }  # fmt: skip
    return LabelFile(name, json.dumps(document).encode())


def boxes(seed: int, *, scored: bool) -> list[dict[str, Any]]:
    rng = random.Random(seed)
    found = []
    for _box in range(rng.randint(8, 14)):
        x, y, width, height = (
            rng.randint(0, 60),
            rng.randint(0, 60),
            rng.randint(5, 40),
            rng.randint(5, 40),
        )
        row = {"image_id": rng.randint(1, 3), "category_id": rng.randint(1, 2),
               "bbox": [x, y, width, height], "area": width * height, "iscrowd": 0}  # fmt: skip
        found.append(
            row | ({"score": rng.random()} if scored else {"iscrowd": int(rng.random() < 0.15)})
        )
    return found


def jittered(rows: list[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    rng = random.Random(seed)
    moved = [
        [value + rng.randint(-2, 2) * (at < 2) for at, value in enumerate(row["bbox"])]
        for row in rows
    ]
    return [
        {**row, "bbox": box, "iscrowd": 0, "score": rng.random()}
        for row, box in zip(rows, moved, strict=True)
    ]


def cocoeval(gold: LabelFile, given: LabelFile) -> dict[str, float]:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    with contextlib.redirect_stdout(io.StringIO()):
        truth, results = COCO(), json.loads(given.content)["annotations"]
        truth.dataset = {**json.loads(gold.content), "info": {}}
        truth.createIndex()
        judged = COCOeval(truth, truth.loadRes(results), "bbox")
        judged.evaluate()
        judged.accumulate()
        judged.summarize()
    return dict(zip(("map", "ap50", "ap75"), judged.stats[:3], strict=True))


@pytest.mark.parametrize("seed", range(12))
def test_average_precision_equals_cocoeval(seed: int) -> None:
    rows = boxes(seed, scored=False)
    found = jittered(rows, seed)[seed % 3 :] + boxes(seed + 100, scored=True)
    gold, given = coco(rows), coco(found)
    for name, expected in cocoeval(gold, given).items():
        assert score(name, [gold], [given]).value == pytest.approx(expected, abs=1e-9), name


def test_pixels_of_coco_voc_and_parts_of_yolo_mean_the_same() -> None:
    gold = coco([{"image_id": 1, "category_id": 1, "bbox": [10, 20, 30, 40]}], images=1)
    voc = LabelFile("img1.xml", b"""<annotation><size><width>100</width><height>100</height></size>
        <object><name>car</name><bndbox><xmin>11</xmin><ymin>21</ymin><xmax>40</xmax><ymax>60</ymax>
        </bndbox></object></annotation>""")  # fmt: skip
    yolo = [LabelFile("classes.txt", b"car\n"), LabelFile("img1.txt", b"0 0.25 0.4 0.3 0.4\n")]
    whole = pytest.approx(1, abs=1e-12)
    assert score("map", [gold], [voc]).value == whole
    assert score("ap75", [gold], yolo).value == whole
    assert score("map", yolo, [voc]).value == whole
    unsized = LabelFile("img1.xml", voc.content.replace(b"<width>100</width>", b""))
    with pytest.raises(NotMeasurable, match="img1"):
        score("map", [unsized], yolo)


def rectangle(
    label: int, image: int, left: int, top: int, right: int, bottom: int
) -> dict[str, Any]:
    """A region with whole-pixel edges, as a polygon."""
    polygon = [left, top, right, top, right, bottom, left, bottom]
    return {"image_id": image, "category_id": label, "segmentation": [polygon]}


def test_dice_and_iou_of_rectangles() -> None:
    gold = coco([rectangle(1, 1, 0, 0, 10, 10), rectangle(1, 2, 0, 0, 10, 10)], images=2)
    given = coco([rectangle(1, 1, 5, 0, 15, 10), rectangle(1, 2, 0, 0, 10, 10)], images=2)
    assert [item.value for item in score("dice", [gold], [given]).items] == [0.5, 1.0]
    assert score("dice", [gold], [given]).value == 0.75
    assert score("dice_floor", [gold], [given]).value == 0.5
    assert score("iou", [gold], [given]).value == pytest.approx((1 / 3 + 1) / 2, abs=1e-12)
    assert score("iou_floor", [gold], [given]).value == pytest.approx(1 / 3, abs=1e-12)


def test_regions_as_run_lengths_equal_scikit_learn() -> None:
    reference = pytest.importorskip("sklearn.metrics")
    from pycocotools import mask

    for seed in range(10):
        rng = np.random.default_rng(seed)
        truth, found = rng.random((2, SIZE, SIZE)) < 0.4
        rles = [mask.encode(np.asfortranarray(m, dtype=np.uint8)) for m in (truth, found)]
        files = [
            coco(
                [
                    {
                        "image_id": 1,
                        "category_id": 1,
                        "segmentation": {**rle, "counts": rle["counts"].decode()},
                    }
                ],
                images=1,
            )
            for rle in rles
        ]
        flat = truth.ravel(), found.ravel()
        dice, iou = (score(name, files[:1], files[1:]).value for name in ("dice", "iou"))
        assert dice == pytest.approx(reference.f1_score(*flat), abs=1e-9)
        assert iou == pytest.approx(reference.jaccard_score(*flat), abs=1e-9)


def test_uncompressed_run_lengths_and_boxes_are_regions_too() -> None:
    runs = {"size": [SIZE, SIZE], "counts": [0, 10 * SIZE, SIZE * SIZE - 10 * SIZE]}
    gold = coco([{"image_id": 1, "category_id": 1, "segmentation": runs}], images=1)
    given = coco([{"image_id": 1, "category_id": 1, "bbox": [0, 0, 10, SIZE]}], images=1)
    assert score("iou", [gold], [given]).value == 1.0


def test_masks_of_another_size_are_refused() -> None:
    gold = coco([rectangle(1, 1, 0, 0, 10, 10)], images=1)
    given = LabelFile("coco.json", gold.content.replace(b'"width": 100', b'"width": 120'))
    with pytest.raises(NotMeasurable, match="img1"):
        score("dice", [gold], [given])
