"""Reader of YOLO boxes: a text file an image, one `class x y width height [confidence]` a line."""

import math
from collections.abc import Iterable

from market.kit.i18n import gettext as _
from market.metrics import tables
from market.metrics.files import LabelFile, wrong
from market.metrics.shapes import Box, Items, Scene

CLASS_LISTS = ("classes", "obj")  # classes.txt, obj.names: one name a line


def read(files: Iterable[LabelFile]) -> Items[Scene]:
    """Every image with a file, an empty one for an image without boxes; names from classes.txt."""
    given = list(files)
    lists = [file for file in given if file.stem in CLASS_LISTS]
    names = [name.strip() for file in lists for name in file.text().splitlines() if name.strip()]
    found: Items[Scene] = {}
    for file in given:
        if file in lists:
            continue
        tables.once(file, 1, file.stem, file.stem in found)
        lines = enumerate(file.text().splitlines(), 1)
        boxes = (_box(file, line, text.split(), names) for line, text in lines if text.strip())
        found[file.stem] = Scene(tuple(boxes), is_relative=True)
    return found


def _box(file: LabelFile, line: int, columns: list[str], names: list[str]) -> Box:
    if len(columns) not in (5, 6):
        why = _("a YOLO line is: class, x, y, width, height and perhaps the confidence")
        raise wrong(file.name, why, line=line)
    if not columns[0].isdecimal() or (names and int(columns[0]) >= len(names)):
        raise wrong(file.name, _("“%(text)s” is not a class number", text=columns[0]), line=line)
    x, y, width, height = (_part(file, line, text) for text in columns[1:5])
    score = _part(file, line, columns[5]) if len(columns) == 6 else 1.0
    if not width or not height:
        raise wrong(file.name, _("width and height must be more than 0"), line=line)
    label = names[int(columns[0])] if names else str(int(columns[0]))
    return Box(label, x - width / 2, y - height / 2, width, height, score)


def _part(file: LabelFile, line: int, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise wrong(file.name, _("“%(text)s” is not a number", text=text), line=line) from None
    if not math.isfinite(value) or not 0 <= value <= 1:
        raise wrong(file.name, _("coordinates are parts of the image, from 0 to 1"), line=line)
    return value
