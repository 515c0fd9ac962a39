"""Reader of Pascal VOC boxes: one XML document an image; corners count from pixel 1 (VOC devkit)."""

import math
from collections.abc import Iterable
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

import defusedxml.sax
from defusedxml import DefusedXmlException

from market.kit.i18n import gettext as _
from market.metrics import tables
from market.metrics.files import LabelFile, item_key, wrong
from market.metrics.shapes import Box, Items, Scene

CORNERS = ("xmin", "ymin", "xmax", "ymax")
MAX_DEPTH = 50


class _Document(ContentHandler):
    """Collects size, file name and objects with their lines; parts of objects are passed over."""

    def __init__(self, file: LabelFile) -> None:
        super().__init__()
        self.file, self.path, self.text = file, [""], ""
        self.locator: Locator | None = None
        self.filename, self.size = "", [0.0, 0.0]
        self.object: dict[str, str] = {}
        self.boxes: list[Box] = []

    def setDocumentLocator(self, locator: Locator) -> None:
        """Called by the parser before anything else."""
        self.locator = locator

    @property
    def line(self) -> int:
        """The line the parser stands on."""
        return (self.locator.getLineNumber() if self.locator else 0) or 1

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        """An element begins."""
        if len(self.path) == 1 and name != "annotation":
            raise wrong(self.file.name, _("the root element must be “annotation”"), line=self.line)
        if len(self.path) > MAX_DEPTH:
            raise wrong(self.file.name, _("the document is nested too deeply"), line=self.line)
        self.path.append(name)
        self.text = ""
        if self.path[2:] == ["object"]:
            self.object = {}

    def characters(self, content: str) -> None:
        """A piece of text."""
        self.text += content

    def endElement(self, name: str) -> None:
        """An element ends."""
        place, text = "/".join(self.path[2:]), self.text.strip()
        if place == "filename":
            self.filename = text
        elif place in ("size/width", "size/height"):
            self.size[place == "size/height"] = self.number(name, text)
        elif place == "object/name" or place.startswith("object/bndbox/"):
            self.object[name] = text
            if name in CORNERS:
                self.number(name, text)
        elif place == "object":
            self.boxes.append(self.box())
        self.path.pop()
        self.text = ""

    def number(self, name: str, text: str) -> float:
        """A text as a number that is not negative."""
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or value < 0:
            why = _("“%(name)s” must be a number of at least 0", name=name)
            raise wrong(self.file.name, why, line=self.line)
        return value

    def box(self) -> Box:
        """The object that just ended."""
        absent = [name for name in ("name", *CORNERS) if not self.object.get(name)]
        if absent:
            why = _("the object has no “%(name)s”", name=absent[0])
            raise wrong(self.file.name, why, line=self.line)
        left, top, right, bottom = (float(self.object[name]) for name in CORNERS)
        if right < left or bottom < top:
            why = _("xmax and ymax must not be less than xmin and ymin")
            raise wrong(self.file.name, why, line=self.line)
        return Box(self.object["name"], left - 1, top - 1, right - left + 1, bottom - top + 1)


def read(files: Iterable[LabelFile]) -> Items[Scene]:
    """Every image with a document; its item is the file, whatever `filename` in it says."""
    found: Items[Scene] = {}
    for file in files:
        document = _Document(file)
        try:
            defusedxml.sax.parseString(file.content, document)
        except SAXParseException as exc:
            line, column = exc.getLineNumber() or 1, (exc.getColumnNumber() or 0) + 1
            why = _("not valid XML (%(why)s)", why=exc.getMessage())
            raise wrong(file.name, why, line=line, column=column) from None
        except DefusedXmlException:
            raise wrong(file.name, _("entities are not allowed"), line=document.line) from None
        except (SAXException, ValueError, LookupError) as exc:  # an unknown encoding
            raise wrong(file.name, _("not valid XML (%(why)s)", why=exc), line=1) from None
        item = item_key(file.name)
        tables.once(file, 1, item, item in found)
        width, height = document.size
        found[item] = Scene(tuple(document.boxes), (width, height) if width and height else None)
    return found
