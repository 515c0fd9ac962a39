"""A listed dataset as Croissant 1.0 or 1.1 metadata with the RAI vocabulary 1.0, and as DCAT 3."""

import datetime as dt
from typing import Any

from market.datasets.dataset_forms import COLUMN_TYPES
from market.datasets.dataset_models import Dataset
from market.kit.web import absolute_url

VERSIONS = ("1.0", "1.1")
RAI_VERSION = "http://mlcommons.org/croissant/RAI/1.0"
ENCODINGS = {"text/csv": "text/csv", "application/jsonl": "application/jsonlines"}
_CR_TERMS = (
    "citeAs", "column", "equivalentProperty", "extract", "field", "fileProperty", "fileObject",
    "fileSet", "format", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField",
    "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "separator",
    "source", "subField", "transform",
)  # fmt: skip
_CR_TERMS_1_1 = ("arrayShape", "containedIn", "isArray")


def context(version: str) -> dict[str, Any]:
    """The standard `@context`, its texts in Chinese."""
    is_new = version == "1.1"
    texts = (
        {name: {"@container": "@language"} for name in ("name", "description")} if is_new else {}
    )
    return {
        "@language": "zh",
        "@vocab": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "dct": "http://purl.org/dc/terms/",
        "sc": "https://schema.org/",
        "conformsTo": "dct:conformsTo",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "examples": {"@id": "cr:examples", "@type": "@json"},
        **{name: f"cr:{name}" for name in (*_CR_TERMS, *(_CR_TERMS_1_1 if is_new else ()))},
        **texts,
    }


def metadata(row: Dataset, *, version: str = "1.1") -> dict[str, Any]:
    """JSON-LD of a dataset; owner and sample must be loaded. The data themselves are not in it."""
    page = absolute_url("datasets:show", number=row.number)
    terms = row.terms
    return {
        "@context": context(version),
        "@type": "sc:Dataset",
        "@id": page,
        "conformsTo": [f"http://mlcommons.org/croissant/{version}", RAI_VERSION],
        "name": row.title,
        "description": row.summary,
        "url": page,
        "identifier": row.number,
        "version": row.version,
        "datePublished": _day(row.published_at),
        "dateModified": _day(row.updated_at),
        "inLanguage": "zh",
        "license": terms.get("license_url") or terms["license"],
        "creator": {"@type": "sc:Organization", "name": row.owner.name},
        "publisher": {"@type": "sc:Organization", "name": row.owner.name},
        "keywords": [row.modality, row.industry, row.dataset_type, *row.task_types],
        "isLiveDataset": bool(row.update_frequency) and row.update_frequency != "一次性",
        "citeAs": f"{row.owner.name}：{row.title}（{row.version}），{row.number}，{page}",
        **{f"rai:{name}": text for name, text in row.rai.items()},
        **(_content(row) if row.sample is not None else {}),
    }


def _content(row: Dataset) -> dict[str, Any]:
    """The public sample and its fields."""
    file = row.sample
    is_csv = file.content_type == "text/csv"
    sample = {
        "@type": "cr:FileObject", "@id": "sample", "name": file.filename,
        "description": "公开样例", "contentUrl": absolute_url("datasets:sample", number=row.number),
        "contentSize": f"{file.size} B", "encodingFormat": ENCODINGS[file.content_type],
        "sha256": file.sha256,
    }  # fmt: skip
    fields = [
        {
            "@type": "cr:Field", "@id": f"records/{column['name']}", "name": column["name"],
            "description": column["text"] or column["name"],
            "dataType": COLUMN_TYPES[column["type"]],
            "source": {
                "fileObject": {"@id": "sample"},
                "extract": {"column": column["name"]} if is_csv else {"jsonPath": f"$.{column['name']}"},
            },
        }
        for column in row.columns
    ]  # fmt: skip
    records = {"@type": "cr:RecordSet", "@id": "records", "name": "records", "field": fields}
    return {"distribution": [sample], **({"recordSet": [records]} if fields else {})}


def dcat(row: Dataset) -> dict[str, Any]:
    """The same as DCAT 3 JSON-LD: what a data catalogue harvests."""
    page = absolute_url("datasets:show", number=row.number)
    found: dict[str, Any] = {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/",
            "spdx": "http://spdx.org/rdf/terms#",
        },
        "@type": "dcat:Dataset", "@id": page, "dct:identifier": row.number,
        "dct:title": row.title, "dct:description": row.summary, "dct:issued": _day(row.published_at),
        "dct:modified": _day(row.updated_at), "dct:publisher": row.owner.name,
        "dct:license": row.terms.get("license_url") or row.terms["license"],
        "dct:accrualPeriodicity": row.update_frequency, "dcat:version": row.version,
        "dcat:keyword": [row.modality, row.industry, row.dataset_type],
    }  # fmt: skip
    if row.sample is not None:
        found["dcat:distribution"] = [{
            "@type": "dcat:Distribution",
            "dcat:accessURL": absolute_url("datasets:sample", number=row.number),
            "dcat:byteSize": row.sample.size, "dcat:mediaType": row.sample.content_type,
            "spdx:checksum": {"spdx:algorithm": "sha256", "spdx:checksumValue": row.sample.sha256},
        }]  # fmt: skip
    return found


def _day(moment: dt.datetime | None) -> str:
    return moment.date().isoformat() if moment else ""
