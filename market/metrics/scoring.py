"""The one entry: label files against gold label files, by a metric of the catalogue."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rapidfuzz.distance import Levenshtein

from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _
from market.metrics import agreement, classification, detection, overlap
from market.metrics.agreement import NotMeasurable
from market.metrics.catalogue import METRICS, Metric
from market.metrics.files import LabelFile
from market.metrics.readers import read_labels
from market.metrics.shapes import Box, Classes, Items, Kind, Masks, Scene, Spans


@dataclass(frozen=True, slots=True)
class ItemScore:
    """One gold item: its own value where the metric has one, and what was found in a word."""

    item: str
    value: float | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Measurement:
    """The value of a metric over `n` gold items, of which `missing` were not answered."""

    metric: str
    value: float
    items: tuple[ItemScore, ...]
    n: int
    missing: int

    def as_dict(self) -> dict[str, Any]:
        """As JSON carries it."""
        items = [{"item": i.item, "value": i.value, "note": i.note} for i in self.items]
        return {"metric": self.metric, "value": self.value, "n": self.n, "missing": self.missing,
                "items": items}  # fmt: skip


Result = tuple[float, list[ItemScore]]


def score(
    metric: str, gold_files: Iterable[LabelFile], submitted_files: Iterable[LabelFile]
) -> Measurement:
    """Measure submitted labels against gold ones. Raises LabelFileInvalid, NotMeasurable, InvalidInput."""
    rule = metric_of(metric)
    return score_labels(
        rule, read_labels(rule.kind, gold_files), read_labels(rule.kind, submitted_files)
    )


def metric_of(name: str) -> Metric:
    """The metric of a name; InvalidInput when there is none."""
    if name not in METRICS:
        raise InvalidInput(_("“%(name)s” is not a metric known here", name=name))
    return METRICS[name]


def score_labels(metric: Metric, gold: Items[Any], given: Items[Any]) -> Measurement:
    """Measure labels that have been read; what the gold does not name is left out.

    A single file on each side is one pair, whatever the two files are called.
    """
    if len(gold) == len(given) == 1 and metric.kind != Kind.CLASSES:
        given = dict(zip(gold, given.values(), strict=True))
    kept = {item: given[item] for item in sorted(gold) if item in given}
    ordered = {item: gold[item] for item in sorted(gold)}
    value, items = _MEASURES[metric.kind](metric, ordered, kept)
    return Measurement(metric.name, value, tuple(items), len(gold), len(gold) - len(kept))


def _classes(metric: Metric, gold: Items[Classes], given: Items[Classes]) -> Result:
    if metric.is_agreement:
        return _agreement(metric, gold, given)
    pairs = [(_only(label), _only(given[i]) if i in given else None) for i, label in gold.items()]
    items = [
        ItemScore(item, float(one == other), other or "")
        for item, (one, other) in zip(gold, pairs, strict=True)
    ]
    return _of_pairs(metric, pairs), items


def _of_pairs(metric: Metric, pairs: classification.Pairs) -> float:
    if metric.family == "kappa":
        weights: Any = metric.option
        return agreement.cohen_kappa(pairs, weights=weights)
    if metric.name == "accuracy":
        return classification.accuracy(pairs)
    choice: list[Any] = metric.option.split("_")
    return classification.precision_recall_f1(pairs, part=choice[0], average=choice[1])


def _only(ratings: Classes) -> str:
    if len(ratings) != 1:
        raise NotMeasurable(_("This metric takes one label an item; the file has several raters"))
    return next(iter(ratings.values()))


def _agreement(metric: Metric, gold: Items[Classes], given: Items[Classes]) -> Result:
    """The gold's raters and the submission's are the raters together."""
    units = [
        {f"gold {rater}": label for rater, label in ratings.items()}
        | {f"given {rater}": label for rater, label in given.get(item, {}).items()}
        for item, ratings in gold.items()
    ]
    items = [
        ItemScore(item, None, " ".join(sorted(set(given.get(item, {}).values())))) for item in gold
    ]
    if metric.family == "fleiss_kappa":
        return agreement.fleiss_kappa([list(unit.values()) for unit in units]), items
    level: Any = metric.option
    return agreement.krippendorff_alpha(units, level=level), items


def _boxes(metric: Metric, gold: Items[Scene], given: Items[Scene]) -> Result:
    thresholds = {"map": detection.COCO_THRESHOLDS, "ap50": (0.5,), "ap75": (0.75,)}[metric.name]
    gold_boxes = {item: scene.boxes for item, scene in gold.items()}
    found = {item: _in_units_of(gold[item], scene, item) for item, scene in given.items()}
    items = [
        ItemScore(
            item,
            detection.average_precision({item: boxes}, found, thresholds) if boxes else None,
            _("%(found)s boxes, gold %(gold)s", found=len(found.get(item, ())), gold=len(boxes)),
        )
        for item, boxes in gold_boxes.items()
    ]
    if not any(not box.is_crowd for boxes in gold_boxes.values() for box in boxes):
        raise NotMeasurable(_("Average precision is not defined without a gold box"))
    return detection.average_precision(gold_boxes, found, thresholds), items


def _in_units_of(gold: Scene, given: Scene, item: str) -> tuple[Box, ...]:
    """The boxes in the gold's units; IoU needs both sides in pixels or both in parts."""
    if gold.is_relative == given.is_relative:
        return given.boxes
    size = gold.size or given.size
    if size is None:
        raise NotMeasurable(
            _("The size of image %(item)s is not known; YOLO boxes need it beside boxes in pixels",
              item=item)
        )  # fmt: skip
    x, y = size if given.is_relative else (1 / size[0], 1 / size[1])
    return tuple(
        replace(box, x=box.x * x, y=box.y * y, width=box.width * x, height=box.height * y)
        for box in given.boxes
    )


def _masks(metric: Metric, gold: Items[Masks], given: Items[Masks]) -> Result:
    measure = overlap.dice if metric.family == "dice" else overlap.iou
    items = []
    for item, masks in gold.items():
        other = given.get(item)
        if other is not None and other.space != masks.space:
            raise NotMeasurable(
                _("The mask of %(item)s does not have the size or position of its image", item=item)
            )
        items.append(ItemScore(item, measure(masks, other) if other is not None else 0.0))
    return _over(metric, [item.value or 0.0 for item in items]), items


def _over(metric: Metric, values: list[float]) -> float:
    """The mean of the items, or for a floor the lowest of them."""
    return min(values) if metric.is_worst else sum(values) / len(values)


def _spans(metric: Metric, gold: Items[Spans], given: Items[Spans]) -> Result:
    part: Any = metric.option
    items, counts = [], []
    for item, known in gold.items():
        other = given.get(item, Spans(frozenset()))
        if (
            item in given
            and None not in (known.tokens, other.tokens)
            and known.tokens != other.tokens
        ):
            raise NotMeasurable(
                _("%(item)s has %(found)s tokens where the original has %(needed)s",
                  item=item, found=other.tokens, needed=known.tokens)
            )  # fmt: skip
        count = (len(known.spans & other.spans), len(other.spans), len(known.spans))
        is_empty = count == (0, 0, 0)
        counts.append(count)
        value = 1.0 if is_empty else classification.of_counts(*count, part)
        note = _(
            "%(hits)s right, %(found)s found, gold %(gold)s",
            hits=count[0],
            found=count[1],
            gold=count[2],
        )
        items.append(ItemScore(item, value, note))
    hits, named, golden = (sum(column) for column in zip(*counts, strict=True))
    return classification.of_counts(hits, named, golden, part), items


def _texts(metric: Metric, gold: Items[str], given: Items[str]) -> Result:
    """Edits over the gold's length: pooled over the items, or for a ceiling the worst item's."""
    cut: Callable[[str], list[str]] = (
        str.split if metric.family == "wer" else lambda t: list(t.strip())
    )
    items, errors, length = [], 0, 0
    for item, text in gold.items():
        reference = cut(text)
        if not reference:
            raise NotMeasurable(_("The gold text of %(item)s is empty", item=item))
        edits = Levenshtein.distance(reference, cut(given.get(item, "")))
        errors, length = errors + edits, length + len(reference)
        note = _("%(edits)s edits, length %(length)s", edits=edits, length=len(reference))
        items.append(ItemScore(item, edits / len(reference), note))
    worst = max(item.value or 0.0 for item in items)
    return (worst if metric.is_worst else errors / length), items


_MEASURES: Mapping[Kind, Callable[[Metric, Any, Any], Result]] = {
    Kind.CLASSES: _classes,
    Kind.BOXES: _boxes,
    Kind.MASKS: _masks,
    Kind.SPANS: _spans,
    Kind.TEXTS: _texts,
}
