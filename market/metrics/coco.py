"""Reader of COCO JSON: images, categories and annotations, or a list of results; boxes and regions."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from market.kit.i18n import gettext as _
from market.metrics import json_files, regions, tables
from market.metrics.files import LabelFile, LabelFileInvalid, item_key
from market.metrics.shapes import Box, Items, Masks, Rle, Scene

MAX_COORDINATE = 1_000_000


@dataclass(frozen=True, slots=True)
class _Image:
    item: str
    size: tuple[int, int] | None  # width, height


@dataclass(frozen=True, slots=True)
class _Annotation:
    image: _Image
    label: str
    row: dict[str, Any]
    path: tuple[str | int, ...]


class _Document:
    """A COCO document whose references have been checked."""

    def __init__(self, file: LabelFile) -> None:
        self.file = file
        self.data = json_files.parse(file)
        self.images: dict[Any, _Image] = {}
        self.is_results = isinstance(self.data, list)
        if self.is_results:
            return
        if not isinstance(self.data, dict):
            raise self.wrong((), _("COCO is an object of images, categories and annotations"))
        for place, row in self.rows("images"):
            self.images[self.key(row, ("images", place))] = self.image(row, ("images", place))
        self.categories = {
            self.key(row, ("categories", place)): self.text(row, "name", ("categories", place))
            for place, row in self.rows("categories")
        }

    def wrong(self, path: json_files.Path, why: str) -> LabelFileInvalid:
        """The refusal of what stands at `path`."""
        return json_files.wrong_at(self.file, path, why)

    def rows(self, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """The objects of one of the lists."""
        listed = self.data if self.is_results else self.data.get(name)
        path: tuple[str | int, ...] = () if self.is_results else (name,)
        if not isinstance(listed, list):
            raise self.wrong(path, _("“%(name)s” must be a list", name=name))
        for place, row in enumerate(listed):
            if not isinstance(row, dict):
                raise self.wrong((*path, place), _("needs an object"))
            yield place, row

    def key(self, row: dict[str, Any], path: json_files.Path) -> int | str:
        """The id of a row."""
        key = row.get("id")
        if not isinstance(key, int | str) or isinstance(key, bool):
            raise self.wrong((*path, "id"), _("“%(name)s” must be a text or a number", name="id"))
        return key

    def text(self, row: dict[str, Any], name: str, path: json_files.Path) -> str:
        """A text of a row."""
        value = row.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong((*path, name), _("“%(name)s” must be a text", name=name))
        return value.strip()

    def image(self, row: dict[str, Any], path: json_files.Path) -> _Image:
        """An image's item and size."""
        item = item_key(self.text(row, "file_name", path))
        width, height = row.get("width"), row.get("height")
        if width is None and height is None:
            return _Image(item, None)
        for name, side in (("width", width), ("height", height)):
            if type(side) is not int or not 0 < side <= regions.MAX_SIDE:
                why = _("“%(name)s” must be a whole number of pixels", name=name)
                raise self.wrong((*path, name), why)
        assert isinstance(width, int)
        assert isinstance(height, int)
        if width * height > regions.MAX_PIXELS:
            raise self.wrong((*path, "width"), _("the image is too large"))
        return _Image(item, (width, height))

    def annotations(self) -> Iterator[_Annotation]:
        """Every annotation with its image and the name of its class."""
        for place, row in self.rows("annotations"):
            path = (place,) if self.is_results else ("annotations", place)
            image, label = row.get("image_id"), row.get("category_id")
            for name, value in (("image_id", image), ("category_id", label)):
                if not isinstance(value, int | str) or isinstance(value, bool):
                    why = _("“%(name)s” must be a text or a number", name=name)
                    raise self.wrong((*path, name), why)
            if self.is_results:
                yield _Annotation(_Image(item_key(str(image)), None), str(label), row, path)
                continue
            if image not in self.images:
                raise self.wrong((*path, "image_id"), _("there is no image with this id"))
            if label not in self.categories:
                raise self.wrong((*path, "category_id"), _("there is no category with this id"))
            yield _Annotation(self.images[image], self.categories[label], row, path)


def read_boxes(files: Iterable[LabelFile]) -> Items[Scene]:
    """Every image with its boxes; a list of results names images and categories themselves."""
    found: Items[Scene] = {}
    for file in files:
        document = _Document(file)
        boxes: dict[str, list[Box]] = {image.item: [] for image in document.images.values()}
        sizes = {image.item: image.size for image in document.images.values()}
        for annotation in document.annotations():
            boxes.setdefault(annotation.image.item, []).append(_box(document, annotation))
        for item, listed in boxes.items():
            tables.once(file, 1, item, item in found)
            found[item] = Scene(tuple(listed), sizes.get(item))
    return found


def _box(document: _Document, annotation: _Annotation) -> Box:
    row, path = annotation.row, annotation.path
    values = _numbers(document, row.get("bbox"), (*path, "bbox"))
    if len(values) != 4 or values[2] < 0 or values[3] < 0:
        raise document.wrong((*path, "bbox"), _("a box is [x, y, width, height], none negative"))
    (score,) = _numbers(document, [row.get("score", 1.0)], (*path, "score"))
    x, y, width, height = values
    is_crowd = bool(row.get("iscrowd", 0))
    return Box(annotation.label, x, y, width, height, score, is_crowd)


def _numbers(document: _Document, values: Any, path: json_files.Path) -> list[float]:
    if not isinstance(values, list):
        raise document.wrong(path, _("needs a list of numbers"))
    for value in values:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not abs(value) <= MAX_COORDINATE or not math.isfinite(value):
            raise document.wrong(path, _("needs numbers of at most %(most)s", most=MAX_COORDINATE))
    return [float(value) for value in values]


def read_masks(files: Iterable[LabelFile]) -> Items[Masks]:
    """Every image with the union of its regions by class: polygons and run lengths, else the box."""
    found: Items[Masks] = {}
    for file in files:
        document = _Document(file)
        if document.is_results:
            raise document.wrong((), _("masks need the images with their width and height"))
        parts: dict[str, dict[str, list[Rle]]] = defaultdict(lambda: defaultdict(list))
        for annotation in document.annotations():
            parts[annotation.image.item][annotation.label].append(_region(document, annotation))
        for place, image in enumerate(document.images.values()):
            tables.once(file, 1, image.item, image.item in found)
            merged = {label: {"": regions.union(rles)} for label, rles in parts[image.item].items()}
            found[image.item] = Masks(merged, _size(document, image, ("images", place)))
    return found


def _size(document: _Document, image: _Image, path: json_files.Path) -> tuple[int, int]:
    if image.size is None:
        raise document.wrong(path, _("masks need the images with their width and height"))
    return image.size


def _region(document: _Document, annotation: _Annotation) -> Rle:
    shape, path = annotation.row.get("segmentation"), (*annotation.path, "segmentation")
    width, height = _size(document, annotation.image, annotation.path)
    if isinstance(shape, dict):
        return regions.from_counts(_counts(document, shape, width * height, path), height, width)
    if not shape:
        box = _box(document, annotation)
        left, top, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
        shape = [[left, top, right, top, right, bottom, left, bottom]]
    if not isinstance(shape, list):
        raise document.wrong(path, _("a segmentation is a list of polygons or run lengths"))
    polygons = [_numbers(document, polygon, (*path, at)) for at, polygon in enumerate(shape)]
    for at, polygon in enumerate(polygons):
        _check_polygon(document, polygon, width, height, (*path, at))
    return regions.from_polygons(polygons, height, width)


def _check_polygon(
    document: _Document, polygon: list[float], width: int, height: int, path: json_files.Path
) -> None:
    if len(polygon) < 6 or len(polygon) % 2:
        raise document.wrong(path, _("a polygon has at least three pairs of coordinates"))
    for value, side in zip(polygon, [width, height] * (len(polygon) // 2), strict=True):
        if not -side <= value <= 2 * side:
            raise document.wrong(path, _("the polygon lies far outside its image"))


def _counts(
    document: _Document, shape: dict[str, Any], pixels: int, path: json_files.Path
) -> list[int]:
    counts = shape.get("counts")
    if isinstance(counts, str):
        counts = regions.decoded_counts(counts)
    is_whole = isinstance(counts, list) and all(type(run) is int and run >= 0 for run in counts)
    if not is_whole or sum(counts or ()) != pixels:
        raise document.wrong(
            (*path, "counts"), _("the run lengths must add up to the image's pixels")
        )
    assert isinstance(counts, list)
    return counts
