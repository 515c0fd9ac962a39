"""Which reader takes a label file: by what the metric needs to know and by the file's suffix."""

from collections.abc import Callable, Iterable
from typing import Any

from market.kit.i18n import gettext as _
from market.metrics import classes, coco, conll, transcripts, voc, volumes, yolo
from market.metrics.files import LabelFile, LabelFileInvalid, unpacked, wrong
from market.metrics.shapes import Items, Kind

Reader = Callable[[Iterable[LabelFile]], Items[Any]]
READERS: dict[Kind, tuple[tuple[tuple[str, ...], Reader], ...]] = {
    Kind.CLASSES: ((classes.SUFFIXES, classes.read),),
    Kind.BOXES: (
        ((".json",), coco.read_boxes),
        ((".xml",), voc.read),
        ((".txt", ".names"), yolo.read),
    ),
    Kind.MASKS: (((".json",), coco.read_masks), ((".nii", ".nii.gz", ".dcm"), volumes.read)),
    Kind.SPANS: ((conll.SUFFIXES, conll.read),),
    Kind.TEXTS: ((transcripts.SUFFIXES, transcripts.read),),
}


def suffixes_of(kind: Kind) -> tuple[str, ...]:
    """The suffixes a kind of label is read from, archives included."""
    return (*(suffix for known, _reader in READERS[kind] for suffix in known), ".zip")


def read_labels(kind: Kind, files: Iterable[LabelFile]) -> Items[Any]:
    """Every item the files label; all files in one format. Raises LabelFileInvalid."""
    given = unpacked(files)
    if not given:
        raise LabelFileInvalid(_("There is no label file"))
    chosen: dict[Reader, list[LabelFile]] = {}
    for file in given:
        chosen.setdefault(_reader(kind, file), []).append(file)
    if len(chosen) > 1:
        names = ", ".join(files[0].name for files in chosen.values())
        raise LabelFileInvalid(_("The files are of different formats: %(names)s", names=names))
    ((reader, listed),) = chosen.items()
    found = reader(listed)
    if not found:
        raise wrong(given[0].name, _("no item is labelled in it"), line=1)
    return found


def _reader(kind: Kind, file: LabelFile) -> Reader:
    for known, reader in READERS[kind]:
        if file.suffix in known:
            return reader
    raise wrong(file.name, _("needs one of: %(kinds)s", kinds=", ".join(suffixes_of(kind))))
