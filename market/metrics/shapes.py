"""What label files hold once they are read: per item classes, boxes, masks, spans or a text."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

T = TypeVar("T")
Items = dict[str, T]  # item -> what is known of it


class Kind(StrEnum):
    """What a label file says of an item."""

    CLASSES = "classes"
    BOXES = "boxes"
    MASKS = "masks"
    SPANS = "spans"
    TEXTS = "texts"


Classes = dict[str, str]  # rater -> class; one nameless rater where the file names none
Rle = dict[str, Any]  # size [height, width] and counts, run lengths down the columns
Region = dict[str, Rle]  # slice -> its pixels; a flat image has the one slice ""


@dataclass(frozen=True, slots=True)
class Box:
    """An upright box; in pixels, or in parts of the image where its scene says so."""

    label: str
    x: float
    y: float
    width: float
    height: float
    score: float = 1.0
    is_crowd: bool = False  # covers a group: neither found nor missed


@dataclass(frozen=True, slots=True)
class Scene:
    """The boxes of one image; `size` is (width, height) where the file knows it."""

    boxes: tuple[Box, ...]
    size: tuple[float, float] | None = None
    is_relative: bool = False


@dataclass(frozen=True, slots=True)
class Masks:
    """The labelled regions of one image or volume; `space` must be the same on both sides."""

    regions: Mapping[str, Region]
    space: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Spans:
    """The labelled spans of one text as (start, end, label); `tokens` where the file lists them."""

    spans: frozenset[tuple[int, int, str]]
    tokens: int | None = None
