"""Average precision of boxes, as pycocotools' COCOeval counts it: all areas, at most 100 boxes an image."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from market.metrics.shapes import Box

Boxes = Mapping[str, Sequence[Box]]  # image -> boxes
COCO_THRESHOLDS = tuple(float(t) for t in np.linspace(0.5, 0.95, 10))
RECALLS = np.linspace(0.0, 1.0, 101)
MAX_BOXES = 100
# Of one class: scores and, by threshold, hit and ignored, best first; how many gold boxes count.
Judged = tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], int]


def average_precision(gold: Boxes, given: Boxes, thresholds: Sequence[float]) -> float:
    """Mean over gold classes and IoU thresholds of the 101-point interpolated precision, 0 to 1.

    Images are judged in the order of their names. Crowds are neither hit nor missed.
    """
    labels = sorted({box.label for boxes in gold.values() for box in boxes if not box.is_crowd})
    found = [_of_class(gold, given, label, thresholds) for label in labels]
    return float(np.mean(found)) if found else 0.0


def _of_class(gold: Boxes, given: Boxes, label: str, thresholds: Sequence[float]) -> float:
    judged = [
        _judged(
            [box for box in gold[image] if box.label == label],
            [box for box in given.get(image, ()) if box.label == label],
            thresholds,
        )
        for image in sorted(gold)
    ]
    needed = sum(part[3] for part in judged)
    scores = np.concatenate([part[0] for part in judged])
    order = np.argsort(-scores, kind="mergesort")
    hits = np.concatenate([part[1] for part in judged], axis=1)[:, order]
    ignored = np.concatenate([part[2] for part in judged], axis=1)[:, order]
    right = np.cumsum(hits & ~ignored, axis=1).astype(float)
    wrong = np.cumsum(~hits & ~ignored, axis=1).astype(float)
    curves = [_interpolated(r, w, needed) for r, w in zip(right, wrong, strict=True)]
    return float(np.mean(curves))


def _interpolated(right: NDArray[np.float64], wrong: NDArray[np.float64], needed: int) -> float:
    precision = right / (right + wrong + np.spacing(1))
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(right / needed, RECALLS, side="left")
    return float(np.append(envelope, 0.0)[np.minimum(places, len(envelope))].mean())


def _judged(gold: list[Box], given: list[Box], thresholds: Sequence[float]) -> Judged:
    """Each box, best score first, takes the free gold box it covers best above the threshold."""
    gold = sorted(gold, key=lambda box: box.is_crowd)
    best = np.argsort([-box.score for box in given], kind="mergesort")[:MAX_BOXES]
    given = [given[at] for at in best]
    hits = np.zeros((len(thresholds), len(given)), dtype=bool)
    ignored = np.zeros_like(hits)
    if gold and given:
        crowds = [box.is_crowd for box in gold]
        overlaps = coco_mask.iou(_corners(given), _corners(gold), [int(crowd) for crowd in crowds])
        for row, threshold in enumerate(thresholds):
            for column, taken in enumerate(_taken(overlaps, crowds, threshold)):
                hits[row, column] = taken is not None
                ignored[row, column] = taken is not None and crowds[taken]
    needed = sum(not box.is_crowd for box in gold)
    return np.array([box.score for box in given], dtype=float), hits, ignored, needed


def _taken(overlaps: NDArray[np.float64], crowds: list[bool], threshold: float) -> list[int | None]:
    free = set(range(len(crowds)))
    found: list[int | None] = []
    for row in overlaps:
        best, taken = min(threshold, 1 - 1e-10), None
        for at, overlap in enumerate(row):
            if at not in free or (taken is not None and crowds[at] and not crowds[taken]):
                continue
            if overlap >= best:
                best, taken = overlap, at
        if taken is not None and not crowds[taken]:
            free.discard(taken)
        found.append(taken)
    return found


def _corners(boxes: list[Box]) -> NDArray[np.float64]:
    return np.array([[box.x, box.y, box.width, box.height] for box in boxes], dtype=np.float64)
