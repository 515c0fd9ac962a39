"""What the forms of dataset needs show: choices, and a need as people type it."""

from decimal import Decimal
from typing import Any

from market.datasets.dataset_forms import COLUMN_WORDS, DatasetInput
from market.datasets.dataset_models import Dataset
from market.datasets.forms import METRICS, NeedInput
from market.datasets.models import DatasetNeed
from market.datasets.modes import modes
from market.directory import words
from market.kit.i18n import current_locale
from market.kit.i18n import gettext as _
from market.vocabulary.annotation import MODALITIES, TASK_TYPES, UNITS
from market.vocabulary.datasets import DATASET_TYPES
from market.vocabulary.industries import INDUSTRIES
from market.vocabulary.security import DATA_GRADES, HEALTH_LEVELS
from market.vocabulary.trade import PRICE_MODES, TRADE_CHANNELS


def need_choices() -> dict[str, Any]:
    """The choices of a need's fields."""
    return {
        "supply_mode": [(mode.name, mode.label) for mode in modes().values()],
        "dataset_type": words.choices(DATASET_TYPES),
        "industry": words.choices(INDUSTRIES),
        "modality": words.choices(MODALITIES),
        "task_types": words.choices(TASK_TYPES),
        "price_model": words.choices(PRICE_MODES),
        "data_grade": words.choices(DATA_GRADES)[:2],
        "health_level": list(HEALTH_LEVELS.choices(current_locale())),
        "channel": words.choices(TRADE_CHANNELS),
        "units": [unit.zh for unit in UNITS.values()],
    }


def typed(need: DatasetNeed) -> dict[str, Any]:
    """A need as its form shows it."""
    values: dict[str, Any] = {
        name: getattr(need, name) for name in NeedInput.model_fields if hasattr(need, name)
    }
    values.update({name: str(need.quality.get(name, "")) for name in METRICS})
    values["channel"] = need.trade.get("channel", "")
    values["is_first_registration"] = "1" if need.trade.get("first_registration") else ""
    values["health_level"] = str(need.health_level or "")
    values["volume"] = _plain(need.volume)
    return values


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def typed_dataset(row: Dataset) -> dict[str, Any]:
    """A dataset as its form shows it; its recipient must be loaded."""
    values: dict[str, Any] = {
        name: getattr(row, name) for name in DatasetInput.model_fields if hasattr(row, name)
    }
    values |= {**row.terms, **row.rai}
    for name in ("may_train", "may_derive", "may_resell"):
        values[name] = "1" if row.terms.get(name) else ""
    values["share_percent"] = _plain(Decimal(row.share_bp) / 100)
    values["recipient"] = row.recipient.number if row.recipient is not None else ""
    values["volume"] = _plain(row.volume)
    values["health_level"] = str(row.health_level or "")
    values["models"] = "\n".join(row.models)
    values["columns"] = "\n".join(
        " | ".join((c["name"], _(COLUMN_WORDS[c["type"]]), c["text"])) for c in row.columns
    )
    return values
