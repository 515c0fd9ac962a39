"""Overlap of regions: Dice and IoU of an item, the mean over its classes."""

from market.metrics import regions
from market.metrics.shapes import Masks


def dice(gold: Masks, given: Masks) -> float:
    """2·|A∩B| / (|A|+|B|), mean over the classes on either side, 0 to 1 (Dice 1945); 1 where both are empty."""
    return _mean(gold, given, is_dice=True)


def iou(gold: Masks, given: Masks) -> float:
    """|A∩B| / |A∪B|, mean over the classes on either side, 0 to 1 (Jaccard 1912); 1 where both are empty."""
    return _mean(gold, given, is_dice=False)


def _mean(gold: Masks, given: Masks, *, is_dice: bool) -> float:
    labels = sorted(gold.regions.keys() | given.regions.keys())
    values = [_of_class(gold, given, label, is_dice=is_dice) for label in labels]
    return sum(values) / len(values) if values else 1.0


def _of_class(gold: Masks, given: Masks, label: str, *, is_dice: bool) -> float:
    one, other = gold.regions.get(label, {}), given.regions.get(label, {})
    whole, both = regions.area(one) + regions.area(other), regions.overlap(one, other)
    if not whole:
        return 1.0
    return 2 * both / whole if is_dice else both / (whole - both)
