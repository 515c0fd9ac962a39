"""Lists of the directory as files: suppliers as listed, talents for their own organisation."""

from collections.abc import Iterable, Iterator
from typing import Any

from market.directory.models import SupplierProfile, Talent
from market.directory.talents import consented, shown_name
from market.directory.words import joined, level_word, place
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.tables import Column, Export


def supplier_columns() -> list[Column]:
    """Columns of the suppliers' file."""
    return [
        Column(_("Number")), Column(_("Name")), Column(_("Region")), Column(_("Modalities")),
        Column(_("Task types")), Column(_("Certificates")), Column(_("Staff"), "integer"),
        Column(_("Annotators"), "integer"), Column(_("Smallest order"), "money"),
        Column(_("Listed on"), "date"),
    ]  # fmt: skip


def supplier_rows(profiles: Iterable[SupplierProfile]) -> Iterator[list[Any]]:
    """Rows of the suppliers' file."""
    for profile in profiles:
        organisation = profile.organisation
        yield [
            organisation.number, organisation.name, place(organisation.region_code),
            joined(profile.modalities), joined(profile.task_types), joined(profile.certs),
            profile.staff_total, profile.annotators, profile.min_order_fen, profile.published_at,
        ]  # fmt: skip


def talent_columns() -> list[Column]:
    """Columns of the talents' file."""
    return [
        Column(_("Number")), Column(_("Name")), Column(_("Region")), Column(_("Occupation")),
        Column(_("Occupational level")), Column(_("Certificate number")), Column(_("Degree")),
        Column(_("Professional title")), Column(_("Years"), "integer"), Column(_("Modalities")),
        Column(_("Task types")), Column(_("Domains")), Column(_("Languages")),
        Column(_("Confidentiality training"), "date"), Column(_("Rate unit")),
        Column(_("Rate from"), "unit_price"), Column(_("Rate to"), "unit_price"),
        Column(_("Availability")), Column(_("Talent class")),
    ]  # fmt: skip


def own_talent_rows(talents: Iterable[Talent]) -> Iterator[list[Any]]:
    """Every column of one's own talents."""
    for talent in talents:
        yield _talent_row(talent, talent.name, _columns_of(talent))


def listed_talent_rows(talents: Iterable[Talent]) -> Iterator[list[Any]]:
    """Of each talent only what it consented to."""
    for talent in talents:
        yield _talent_row(talent, shown_name(talent), consented(talent))


def _columns_of(talent: Talent) -> dict[str, Any]:
    """All columns of a talent with their values."""
    return {name: getattr(talent, name) for name in talent._meta.fields_db_projection}


def _talent_row(talent: Talent, name: str, shown: dict[str, Any]) -> list[Any]:
    region, occupation = shown.get("region_code"), shown.get("occupation")
    return [
        talent.number, name, place(region) if region else None,
        occupation or shown.get("work_type") or None,
        level_word(shown["skill_level"]) if shown.get("skill_level") else None,
        shown.get("certificate_number") or None, shown.get("degree") or None,
        shown.get("title") or None, shown.get("years"),
        joined(shown.get("modalities", ())), joined(shown.get("task_types", ())),
        "、".join(shown.get("domains", ())), "、".join(shown.get("languages", ())),
        shown.get("trained_on"), shown.get("rate_unit") or None, shown.get("rate_min"),
        shown.get("rate_max"), shown.get("availability") or None,
        shown.get("talent_class") or None,
    ]  # fmt: skip


ORGANISATIONS = Export(N_("Organisations"), (
    (N_("Number"), "text", "number"), (N_("Name"), "text", "name"),
    (N_("Region"), "text", lambda row: place(row.region_code)), (N_("Address"), "text", "address"),
    (N_("About"), "text", "summary"),
))  # fmt: skip
