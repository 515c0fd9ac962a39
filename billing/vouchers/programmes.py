"""The programmes the project ships with, read once from `data/programmes`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from billing.vouchers.rules import Programme

DATA = Path(__file__).parent / "data" / "programmes"


class UnknownProgramme(LookupError):
    """No programme has this id."""


@cache
def load_programmes() -> Mapping[str, Programme]:
    """Every shipped programme version by id, in the order of their ids."""
    programmes = (read_programme(path) for path in sorted(DATA.glob("*.json")))
    return MappingProxyType({programme.id: programme for programme in programmes})


def read_programme(path: Path) -> Programme:
    """The rule in a file. Raises ValidationError, which names every term that is wrong."""
    return Programme.model_validate_json(path.read_text(encoding="utf-8"))


def find_programme(programme_id: str) -> Programme:
    """The shipped programme with this id. Raises UnknownProgramme."""
    try:
        return load_programmes()[programme_id]
    except KeyError:
        raise UnknownProgramme(programme_id) from None
