"""Pixel regions as run lengths: made from polygons and arrays by pycocotools, checked before it sees them."""

from collections.abc import Iterable
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from market.metrics.shapes import Region, Rle

MAX_SIDE = 65_535
MAX_PIXELS = 2**31 - 1


def from_array(pixels: NDArray[Any]) -> Rle:
    """Of a two-dimensional array of pixels that are in the region or not."""
    return cast(Rle, coco_mask.encode(np.asfortranarray(pixels, dtype=np.uint8)))


def from_polygons(polygons: list[list[float]], height: int, width: int) -> Rle:
    """Of checked polygons [x1, y1, x2, y2, …], filled and united as COCO does."""
    return union(coco_mask.frPyObjects(polygons, height, width))


def from_counts(counts: list[int], height: int, width: int) -> Rle:
    """Of checked run lengths, of pixels outside and inside by turns, down the columns."""
    return cast(
        Rle, coco_mask.frPyObjects({"size": [height, width], "counts": counts}, height, width)
    )


def union(parts: Iterable[Rle]) -> Rle:
    """What is in any of them; all of one size."""
    return cast(Rle, coco_mask.merge(list(parts)))


def decoded_counts(text: str) -> list[int] | None:
    """The run lengths of a compressed COCO string; None when it is not one.

    Read here, not by pycocotools, whose C code trusts the string.
    """
    counts: list[int] = []
    value = shift = 0
    for char in text:
        part = ord(char) - 48
        if not 0 <= part < 64 or shift > 30:
            return None
        value |= (part & 31) << shift
        shift += 5
        if part & 32:
            continue
        if part & 16:
            value -= 1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)
        value = shift = 0
    return None if shift else counts


def area(region: Region) -> int:
    """How many pixels."""
    return sum(int(coco_mask.area(rle)) for rle in region.values())


def overlap(one: Region, other: Region) -> int:
    """How many pixels both have, slice by slice."""
    return sum(
        int(coco_mask.area(coco_mask.merge([one[place], other[place]], intersect=1)))
        for place in one.keys() & other.keys()
    )
