"""The answers of `market metric`: the catalogue, or a measurement for people and for programs."""

import csv
import json
from pathlib import Path

from market.kit.errors import InvalidInput
from market.metrics.catalogue import METRICS
from market.metrics.files import LabelFile, item_key
from market.metrics.readers import read_labels, suffixes_of
from market.metrics.scoring import Measurement, metric_of, score_labels


def catalogue(*, as_json: bool) -> str:
    """Every metric with its range, which way is better, source and file formats."""
    rows = [
        {
            "name": m.name, "label": m.label, "definition": m.definition, "range": m.range,
            "better": "higher" if m.is_higher_better else "lower", "source": m.source,
            "files": list(suffixes_of(m.kind)),
        }
        for m in METRICS.values()
    ]  # fmt: skip
    if as_json:
        return json.dumps(rows, ensure_ascii=False, indent=2)
    return "\n".join(f"{row['name']:<28} {row['label']}: {row['definition']}" for row in rows)


def answer(name: str, gold: Path, submitted: Path, names: Path | None, *, as_json: bool) -> str:
    """Measure the submitted file or folder against the gold. Raises InvalidInput with a sentence.

    `names` is a CSV of item,name: what the submission calls each gold item, as a pilot hands it out.
    """
    metric = metric_of(name)
    given = read_labels(metric.kind, _files(submitted))
    if names is not None:
        known = _names(names)
        given = {known.get(item, item): label for item, label in given.items()}
    found = score_labels(metric, read_labels(metric.kind, _files(gold)), given)
    return json.dumps(found.as_dict(), ensure_ascii=False) if as_json else _lines(found)


def _files(path: Path) -> list[LabelFile]:
    paths = (
        sorted(found for found in path.rglob("*") if found.is_file()) if path.is_dir() else [path]
    )
    return [LabelFile(found.name, found.read_bytes()) for found in paths]


def _names(path: Path) -> dict[str, str]:
    try:
        rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
        return {item_key(row["name"]): item_key(row["item"]) for row in rows}
    except (KeyError, UnicodeDecodeError, csv.Error):
        raise InvalidInput(f"{path.name}: needs the columns item and name") from None


def _lines(found: Measurement) -> str:
    rows = [
        f"{i.item:<32} {'' if i.value is None else f'{i.value:.6f}':>10}  {i.note}"
        for i in found.items
    ]
    return "\n".join(
        [*rows, f"{found.metric} {found.value:.6f}  n {found.n}  missing {found.missing}"]
    )
