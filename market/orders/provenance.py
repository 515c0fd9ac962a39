"""Where a delivered batch comes from: group, people by pseudonym, guideline, items; as JSON and Croissant."""

from typing import Any

from market.kit import clock
from market.kit.audit import plain
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.orders.models import AcceptanceSample, DeliveredItem, DeliveryBatch
from market.orders.work_models import AnnotatorGroup, Assignment, GuidelineVersion

CHAIN_FORM = "provenance/1"
PROOF_FORM = "sample-proof/1"
UNKNOWN_LICENCE = "按合同约定，不得用于合同以外的目的"


async def chain_of(batch: DeliveryBatch) -> dict[str, Any]:
    """Batch -> annotator group (pseudonyms) -> guideline version -> item digests. NotFound unless
    delivered. The batch comes with its order and job.
    """
    _require_delivered(batch)
    guideline = await guideline_of(batch)
    items = await DeliveredItem.filter(batch_id=batch.id).order_by("position")
    return {
        "form": CHAIN_FORM,
        "batch": batch.number,
        "order": batch.order.number,
        "job": batch.order.job.number,
        "round": batch.round,
        "status": batch.status.value,
        "submitted_at": plain(batch.submitted_at),
        "group": await _group(batch),
        "guideline": _guideline(guideline) if guideline else {"label": batch.guideline_version},
        "manifest_digest": batch.manifest_digest,
        "items": [
            {"name": row.name, "sha256": row.sha256, "class": row.label_class} for row in items
        ],
    }


def _require_delivered(batch: DeliveryBatch) -> None:
    if not batch.manifest_digest:
        raise NotFound(_("This batch has not been delivered"))


async def guideline_of(batch: DeliveryBatch) -> GuidelineVersion | None:
    """The guideline version a batch was made under, with its file."""
    return (
        await GuidelineVersion.filter(order_id=batch.order_id, label=batch.guideline_version)
        .select_related("file")
        .first()
    )


def _guideline(version: GuidelineVersion) -> dict[str, Any]:
    return {
        "label": version.label,
        "published_at": plain(version.published_at),
        "file_sha256": version.file.sha256 if version.file else "",
    }


async def members_of(batch: DeliveryBatch) -> list[Assignment]:
    """Who stood in the batch's group when it was delivered."""
    until = batch.submitted_at or clock.now()
    rows = await Assignment.filter(group_id=batch.group_id, assigned_at__lte=until)
    present = [row for row in rows if row.removed_at is None or row.removed_at > until]
    return sorted(present, key=lambda row: (row.is_reviewer, row.pseudonym))


async def _group(batch: DeliveryBatch) -> dict[str, Any] | None:
    if batch.group_id is None:
        return None
    group = await AnnotatorGroup.get(id=batch.group_id)
    return {
        "code": group.code,
        "members": [
            {
                "pseudonym": row.pseudonym,
                "role": "reviewer" if row.is_reviewer else "annotator",
                "standing": row.standing,
            }
            for row in await members_of(batch)
        ],
    }


async def proof_of(batch: DeliveryBatch) -> dict[str, Any]:
    """Everything the standalone script needs to draw the latest sample again. NotFound unless drawn."""
    sample = await AcceptanceSample.filter(batch_id=batch.id).order_by("-round").first()
    if sample is None or sample.round != batch.round:
        raise NotFound(_("There is no sampled delivery with this number"))
    items = await DeliveredItem.filter(batch_id=batch.id).order_by("position")
    same = (
        "round", "lot_size", "level", "severity", "sample_size", "acceptance_number",
        "manifest_digest", "buyer_commitment", "supplier_commitment", "buyer_secret",
        "supplier_secret", "seed", "indices", "items",
    )  # fmt: skip
    return {
        "form": PROOF_FORM,
        "batch": batch.number,
        "aql": plain(sample.aql),
        **{name: getattr(sample, name) for name in same},
        "manifest": [{"name": row.name, "sha256": row.sha256} for row in items],
    }


async def croissant_of(batch: DeliveryBatch, *, url: str) -> dict[str, Any]:
    """The batch as a data set in Croissant 1.0 (JSON-LD) with the RAI terms that are known of it."""
    _require_delivered(batch)
    job, members = batch.order.job, await members_of(batch)
    manifest = batch.manifest_file
    described = _("Delivery %(number)s: %(title)s", number=batch.number, title=job.title)
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": batch.number.replace("-", "_"),
        "description": described,
        "url": url,
        "license": UNKNOWN_LICENCE,
        "version": f"{batch.round}.0.0",
        "datePublished": batch.submitted_at.date().isoformat() if batch.submitted_at else "",
        "creator": {"@type": "sc:Organization", "name": batch.order.supplier.name},
        "citeAs": f"{batch.order.supplier.name}, {batch.number}",
        "rai:dataAnnotationProtocol": f"guideline {batch.guideline_version}",
        "rai:annotationsPerItem": str(job.readers_per_item),
        "rai:dataAnnotationPlatform": "annotation-market",
        "rai:annotatorDemographics": f"{len(members)} annotators, pseudonymous",
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": "manifest",
                "name": "manifest",
                "contentUrl": f"{url}/manifest",
                "encodingFormat": manifest.content_type,
                "sha256": manifest.sha256,
            }
        ],
        "recordSet": [_records()] if manifest.content_type == "text/csv" else [],
    }


def _records() -> dict[str, Any]:
    """The items of a CSV manifest as records."""
    return {
        "@type": "cr:RecordSet",
        "@id": "items",
        "name": "items",
        "description": "one delivered item a record, by name and SHA-256",
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"items/{name}",
                "name": name,
                "description": name,
                "dataType": "sc:Text",
                "source": {"fileObject": {"@id": "manifest"}, "extract": {"column": name}},
            }
            for name in ("name", "sha256")
        ],
    }


CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases",
    "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
