"""Which red flags are computed and with which thresholds: an INI or a JSON file."""

import configparser
import json
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError


def _pipe_separated(value: Any) -> Any:
    return frozenset(value.split("|")) if isinstance(value, str) and value else value or frozenset()


Names = Annotated[frozenset[str], BeforeValidator(_pipe_separated)]
OTHER_COMMANDS = frozenset(
    {"output", "codelists", "defaults", "redactions", "corrections", "modifications"}
)
_NO_SECTION = "\0"  # for the properties above the first section


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Plain(_Block):
    """An indicator without properties."""


class Ratio(_Block):
    """An indicator with a fence that may be set by hand, as a decimal."""

    threshold: float | None = None


class ShortPeriod(_Block):
    """R003: whole days, also by `tender/procurementMethodDetails`."""

    threshold: int = 15
    procurement_methods: Names = frozenset()
    procurement_method_details: dict[str, int] = {}


class SingleBid(_Block):
    """R018: which procurement methods are competitive."""

    procurement_methods: Names = frozenset({"open", "selective"})


class SerialLoser(_Block):
    """R025: who is a top tenderer (percentile of bids), and the fence of its success ratio."""

    percentile: int = Field(default=75, ge=0, le=100)
    threshold: float | None = None


class OthersDisqualified(_Block):
    """R035: how many other tenderers must be disqualified, at least one."""

    threshold: int = 1


class Disqualifications(_Block):
    """R038: the fence, and how much must have been observed of a party."""

    threshold: float | None = None
    minimum_submitted_bids: int = 2
    minimum_contracting_processes: int = 2


class Variety(_Block):
    """R048: digits of a classification that count, the fence, and the fewest processes."""

    digits: int = 2
    threshold: int | None = None
    minimum_contracting_processes: int = 20


class Exclusions(_Block):
    """Procedures that are left out of every indicator."""

    procurement_method_details: Names = frozenset()


class Settings(_Block):
    """An indicator runs when its block is present. Names and defaults follow Cardinal's settings."""

    currency: str | None = None
    no_price_comparison_procurement_methods: Names = frozenset()
    price_comparison_procurement_methods: Names = frozenset()
    exclusions: Exclusions = Exclusions()
    R003: ShortPeriod | None = None
    R018: SingleBid | None = None
    R024: Ratio | None = None
    R025: SerialLoser | None = None
    R028: Plain | None = None
    R030: Plain | None = None
    R035: OthersDisqualified | None = None
    R036: Plain | None = None
    R038: Disqualifications | None = None
    R048: Variety | None = None
    R058: Ratio | None = None

    @classmethod
    def everything(cls) -> "Settings":
        """Every indicator with its defaults."""
        codes = [name for name in cls.model_fields if name.startswith("R0")]
        return cls.model_validate({code: {} for code in codes})


def read_settings(path: Path) -> Settings:
    """The settings in an INI or JSON file; ValueError names the place and the rule."""
    text = path.read_text("utf-8")
    try:
        content = json.loads(text) if text.lstrip().startswith("{") else _read_ini(text)
        return Settings.model_validate(_of_indicators(content))
    except ValidationError as exc:
        first = exc.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{path.name}: {place}: {first['msg']}") from exc
    except (configparser.Error, json.JSONDecodeError) as exc:
        raise ValueError(f"{path.name}: {exc}") from exc


def _of_indicators(content: dict[str, Any]) -> dict[str, Any]:
    """Without the sections of Cardinal's other commands, which share the file."""
    return {name: value for name, value in content.items() if name not in OTHER_COMMANDS}


def _read_ini(text: str) -> dict[str, Any]:
    parser = configparser.ConfigParser(
        interpolation=None, inline_comment_prefixes=(";", "#"), default_section="\1",
        delimiters=("=",),
    )  # fmt: skip
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # keys are codelist values
    parser.read_string(f"[{_NO_SECTION}]\n{text}")
    content: dict[str, Any] = dict(parser[_NO_SECTION])
    for name in parser.sections()[1:]:
        block = content
        for part in name.split("."):
            block = block.setdefault(part, {})
        block.update(parser[name])
    return content
