"""Checked input of offered datasets and of their ratings."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, field_validator

from market.datasets.forms import PriceModel
from market.directory.words import (
    DataGrade,
    DatasetType,
    Industry,
    Modality,
    SupplyModeName,
    TaskTypes,
    UnitName,
)
from market.kit.forms import YuanAsFen
from market.kit.i18n import N_
from market.kit.i18n import gettext as _

ORIGINS = {
    "scenario": N_("From a company's own scenario"),
    "third_party": N_("From a third party"),
    "own": N_("Own intellectual property"),
}  # fmt: skip  同政办发〔2024〕44号 三4
COLUMN_TYPES = {
    "text": "sc:Text", "integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean",
    "date": "sc:Date", "url": "sc:URL",
}  # fmt: skip
COLUMN_WORDS = {
    "text": N_("text (a field)"), "integer": N_("integer (a field)"), "number": N_("number (a field)"),
    "boolean": N_("yes or no (a field)"), "date": N_("date (a field)"), "url": N_("address (a field)"),
}  # fmt: skip
# Croissant RAI 1.0 properties that are asked for, with their label.
RAI = {
    "dataCollection": N_("How the data were collected"),
    "annotationPlatform": N_("Annotation platform"),
    "annotationsPerItem": N_("Annotations per item"),
    "annotatorDemographics": N_("Who annotated"),
    "machineAnnotationTools": N_("Machine annotation tools"),
    "dataBiases": N_("Known biases"),
    "dataLimitations": N_("Known limits"),
    "personalSensitiveInformation": N_("Personal or sensitive information"),
    "dataReleaseMaintenancePlan": N_("Release and maintenance"),
    "dataUseCases": N_("Intended uses"),
}
TERMS = ("license", "license_url", "purpose", "may_train", "may_derive", "may_resell", "months")
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=5000)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


def column_type(typed: str) -> str:
    """The type of a field as it is kept, from its code or its word in the reader's language; else empty."""
    words = {_(word): code for code, word in COLUMN_WORDS.items()}
    return typed if typed in COLUMN_TYPES else words.get(typed, "")


def column_words() -> str:
    """The types as the reader's language calls them."""
    return "、".join(_(word) for word in COLUMN_WORDS.values())


def parse_columns(text: str) -> list[dict[str, str]]:
    """One field a line, "name | type | meaning"; raises ValueError that names the line."""
    found: list[dict[str, str]] = []
    for number, line in enumerate((one for one in text.splitlines() if one.strip()), 1):
        parts = [part.strip() for part in line.replace("｜", "|").split("|")]
        if len(parts) != 3 or not parts[0] or not column_type(parts[1]):
            kinds = column_words()
            raise ValueError(_("Line %(number)s: write name | type | meaning, with a type of %(kinds)s",
                               number=number, kinds=kinds))  # fmt: skip
        if parts[0] in {one["name"] for one in found}:
            raise ValueError(_("Line %(number)s: this field stands there already", number=number))
        found.append({"name": parts[0][:60], "type": column_type(parts[1]), "text": parts[2][:200]})
    return found


def _origin(code: str) -> str:
    if code not in ORIGINS:
        raise ValueError(_("Choose one of the listed values"))
    return code


class DatasetInput(BaseModel):
    """A dataset; amounts in fen, share in per cent, `columns` one field a line, `models` one name a line."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=120)]
    summary: Prose
    version: Annotated[str, StringConstraints(pattern=r"^\d{1,4}(\.\d{1,4}){2}$")] = "1.0.0"
    supply_mode: Annotated[SupplyModeName, Field(min_length=1)]
    price_model: Annotated[PriceModel, Field(min_length=1)]
    price_fen: Annotated[YuanAsFen, Field(ge=0, le=10**15)] = 0
    share_percent: Annotated[Decimal, Field(ge=0, lt=100, decimal_places=2)] = Decimal(0)
    recipient: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20)] = ""
    origin: Annotated[str, AfterValidator(_origin)]
    dataset_type: Annotated[DatasetType, Field(min_length=1)]
    industry: Annotated[Industry, Field(min_length=1)]
    modality: Annotated[Modality, Field(min_length=1)]
    task_types: Annotated[TaskTypes, Field(min_length=1)]
    volume: Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=2)]
    unit: UnitName
    data_grade: DataGrade = "一般数据"
    health_level: Annotated[int, Field(ge=1, le=5)] | None = None
    update_frequency: Annotated[str, Field(max_length=32)] = ""
    license: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]
    license_url: Annotated[str, Field(max_length=300, pattern=r"^(https?://\S+)?$")] = ""
    purpose: Text = ""
    may_train: bool = False
    may_derive: bool = False
    may_resell: bool = False
    months: Annotated[int, Field(ge=0, le=600)] = 0
    models: Annotated[str, Field(max_length=2000)] = ""
    columns: Annotated[str, Field(max_length=8000)] = ""
    dataCollection: Text = ""  # Croissant RAI names from here on
    annotationPlatform: Text = ""
    annotationsPerItem: Text = ""
    annotatorDemographics: Text = ""
    machineAnnotationTools: Text = ""
    dataBiases: Text = ""
    dataLimitations: Text = ""
    personalSensitiveInformation: Text = ""
    dataReleaseMaintenancePlan: Text = ""
    dataUseCases: Text = ""

    @field_validator("columns")
    @classmethod
    def _readable(cls, value: str) -> str:
        parse_columns(value)
        return value

    def values(self) -> dict[str, Any]:
        """The dataset's columns but its recipient."""
        kept = self.model_dump()
        del kept["recipient"]
        kept["share_bp"] = int(kept.pop("share_percent") * 100)
        kept["terms"] = {name: kept.pop(name) for name in TERMS}
        kept["rai"] = {name: text for name in RAI if (text := kept.pop(name))}
        kept["columns"] = parse_columns(self.columns)
        kept["models"] = [name.strip()[:80] for name in self.models.splitlines() if name.strip()]
        return kept


class AssignInput(BaseModel):
    """Who reviews, by e-mail address, one a line."""

    reviewers: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)
    ]

    @property
    def addresses(self) -> list[str]:
        """The addresses, each once."""
        lines = self.reviewers.replace(",", "\n").replace("，", "\n").splitlines()
        return list(dict.fromkeys(line.strip().lower() for line in lines if line.strip()))


class PublishInput(BaseModel):
    """The bureau's statement, and in how many months the dataset is reviewed again."""

    statement: Prose
    review_months: Annotated[int, Field(ge=1, le=60)] = 12


class Points(BaseModel):
    """One indicator of a sheet."""

    points: Annotated[Decimal, Field(ge=0, le=100, decimal_places=1)]
    evidence: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=2, max_length=1000)
    ]


class SheetInput(BaseModel):
    """All indicators by their code."""

    indicators: dict[str, Points]
