"""How answers are to be written: the file types of a metric and an example of each kind."""

from collections.abc import Mapping

from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.metrics.catalogue import Metric
from market.metrics.readers import suffixes_of
from market.metrics.shapes import Kind

_WHAT: Mapping[Kind, str] = {
    Kind.CLASSES: N_("One class an item: CSV, TSV or JSONL with the columns id and label."),
    Kind.BOXES: N_(
        "Boxes: one COCO JSON, or a zip of Pascal VOC XML or of YOLO text files, one an item."
    ),
    Kind.MASKS: N_("Regions: one COCO JSON, or a NIfTI or DICOM-SEG file for each item, zipped."),
    Kind.SPANS: N_(
        "Spans: JSONL with offsets, or CoNLL columns with a “# id = …” line before each text."
    ),
    Kind.TEXTS: N_(
        "Transcripts: a line of id, tab and text for each item, JSONL, or zipped Praat TextGrids."
    ),
}
_EXAMPLES: Mapping[Kind, str] = {
    Kind.CLASSES: "id,label\nk7f3q2ab5c,阳性\np2m4x6yz7d,阴性",
    Kind.BOXES: '{"images": [{"id": 1, "file_name": "k7f3q2ab5c.jpg", "width": 1920, "height": 1080}],\n'
    ' "categories": [{"id": 1, "name": "轿车"}],\n'
    ' "annotations": [{"image_id": 1, "category_id": 1, "bbox": [12, 40, 96, 60], "score": 0.9}]}',
    Kind.MASKS: '{"images": [{"id": 1, "file_name": "k7f3q2ab5c.png", "width": 512, "height": 512}],\n'
    ' "categories": [{"id": 1, "name": "结节"}],\n'
    ' "annotations": [{"image_id": 1, "category_id": 1, "segmentation": [[10, 10, 60, 10, 60, 50]]}]}',
    Kind.SPANS: '{"id": "k7f3q2ab5c", "spans": [{"start": 0, "end": 4, "label": "机构"}]}\n'
    '{"id": "p2m4x6yz7d", "spans": []}',
    Kind.TEXTS: "k7f3q2ab5c\t今天天气很好\np2m4x6yz7d\t请问医院怎么走",
}  # fmt: skip


def format_help(metric: Metric) -> str:
    """What a file of labels for this metric may be."""
    return _(_WHAT[metric.kind])


def example(metric: Metric) -> str:
    """A whole small file."""
    return _EXAMPLES[metric.kind]


def accepted(metric: Metric) -> str:
    """The suffixes for a file field."""
    return ",".join(suffixes_of(metric.kind))
