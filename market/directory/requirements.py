"""Pass or fail: hard requirements of a call or a pool against what a supplier has declared; pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from market.accounts.models import Organisation
from market.directory import words
from market.directory.models import SupplierProfile
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.vocabulary import regions
from market.vocabulary.credentials import Credential, parse_credential
from market.vocabulary.people import SKILL_LEVELS
from market.vocabulary.security import DATA_GRADES, clears


class Demanding(Protocol):
    """What states hard requirements: a job, a pool."""

    required_certs: Any
    annotator_type: Any
    min_level: Any
    min_staff: Any
    data_grade: Any
    health_level: Any
    place: Any
    place_region_code: Any
    region_code: Any
    languages: Any
    requirements: Any


class Check(NamedTuple):
    """One requirement: what is needed, what is held, whether that is enough."""

    code: str
    met: bool
    needed: str
    held: str


SENTENCES: Mapping[str, str] = {
    "modality": N_("Kinds of data: needed %(needed)s, offered %(held)s"),
    "profile": N_("Supplier profile: needed %(needed)s, found %(held)s"),
    "certificate": N_("Certificate: needed %(needed)s, held %(held)s"),
    "annotator_type": N_("Annotators: needed %(needed)s, available %(held)s"),
    "min_level": N_("Skill level: needed %(needed)s or higher, %(held)s people hold it"),
    "min_staff": N_("Annotators: needed %(needed)s people, %(held)s employed"),
    "data_grade": N_("Data grade: needed %(needed)s, cleared up to %(held)s"),
    "health_level": N_("Health data level: needed %(needed)s, cleared up to %(held)s"),
    "place": N_("Place of work: needed %(needed)s, offered %(held)s"),
    "language": N_("Language: needed %(needed)s, offered %(held)s"),
    "vlan": N_("Isolated network (VLAN): needed %(needed)s, %(held)s"),
    "xinchuang": N_("Domestic IT stack (信创): needed %(needed)s, %(held)s"),
    "private_deploy": N_("Private deployment: needed %(needed)s, %(held)s"),
    "cctv_months": N_("Surveillance recordings: needed %(needed)s months, kept %(held)s"),
    "capacity": N_("Output in the time offered: needed %(needed)s, possible %(held)s"),
    "delivery": N_("Delivery: due in %(needed)s days, offered in %(held)s days"),
}


def sentence(check: Mapping[str, Any]) -> str:
    """A stored check as a sentence in the reader's language."""
    needed, held = check["needed"], check["held"]
    return _(SENTENCES[check["code"]], needed=_(needed), held=_(held) or _("none"))


def check_supplier(
    demanding: Demanding, organisation: Organisation, profile: SupplierProfile | None
) -> list[Check]:
    """The hard requirements against the profile, in the order they are shown."""
    needs = [*needs_of(demanding)]
    if profile is None:
        return [Check("profile", False, N_("yes"), N_("no"))] if needs else []
    return [_check(need, needed, demanding, organisation, profile) for need, needed in needs]


def needs_of(job: Demanding) -> list[tuple[str, Any]]:
    """What is demanded, by code, in the order it is shown; what was left empty is left out."""
    needs: list[tuple[str, Any]] = [("certificate", name) for name in job.required_certs]
    needs += [(code, getattr(job, code)) for code in ("annotator_type", "min_level", "min_staff")]
    if job.data_grade != "一般数据":
        needs.append(("data_grade", job.data_grade))
    needs.append(("health_level", job.health_level))
    if job.place not in ("不限", "境内", "远程"):
        needs.append(("place", job.place))
    needs += [("language", name) for name in job.languages]
    flags = ("vlan", "xinchuang", "private_deploy", "cctv_months")
    needs += [(name, job.requirements.get(name)) for name in flags]
    return [(code, needed) for code, needed in needs if needed]


def _check(
    code: str, needed: Any, job: Demanding, organisation: Organisation, profile: SupplierProfile
) -> Check:
    if code == "certificate":
        return _certificate(needed, profile)
    if code == "annotator_type":
        return Check(
            code, needed in profile.annotator_types, needed, _list(profile.annotator_types)
        )
    if code == "min_level":
        holders = sum(n for level, n in profile.levels.items() if _rank(level) >= _rank(needed))
        return Check(code, holders > 0, needed, str(holders))
    if code == "min_staff":
        return Check(code, profile.annotators >= needed, str(needed), str(profile.annotators))
    if code == "data_grade":
        met = clears(_grade(profile.max_data_grade), _grade(needed))
        return Check(code, met, needed, profile.max_data_grade)
    if code == "health_level":
        held = profile.health_level_max or 0
        return Check(code, held >= needed, str(needed), str(held) if held else "")
    if code == "place":
        return _place(job, organisation, profile)
    if code == "language":
        return Check(code, needed in profile.languages, needed, _list(profile.languages))
    if code == "cctv_months":
        return Check(
            code, profile.cctv_months >= int(needed), str(needed), str(profile.cctv_months)
        )
    has = {
        "vlan": profile.is_vlan_isolated,
        "xinchuang": profile.is_xinchuang,
        "private_deploy": profile.is_private_deploy,
    }[code]
    return Check(code, has, "yes", "yes" if has else "no")


def _certificate(needed: str, profile: SupplierProfile) -> Check:
    required = parse_credential(needed)
    named = [*profile.certs, *([f"等保{profile.mlps}"] if profile.mlps else [])]
    held = [found for name in named if (found := parse_credential(name)) is not None]
    same = [credential for credential in held if required and credential.kind == required.kind]
    best = max(same, key=lambda credential: credential.rank, default=None)
    met = best is not None and required is not None and best.satisfies(required)
    return Check("certificate", met, needed, _credential(best))


def _credential(credential: Credential | None) -> str:
    return credential.label() if credential else ""


def _place(job: Demanding, organisation: Organisation, profile: SupplierProfile) -> Check:
    where = regions.full_name(job.place_region_code)
    needed = f"{job.place} {where}".strip()
    if job.place == "院内驻场":
        return Check("place", profile.is_in_hospital, needed, _list(profile.delivery))
    if job.place == "现场作业":
        return Check("place", profile.is_onsite, needed, _list(profile.delivery))
    area = regions.city_of if job.place == "本市" else regions.province_of
    around = area(job.place_region_code or job.region_code)
    met = around is not None and regions.is_within(organisation.region_code, around.code)
    return Check("place", met, needed, regions.full_name(organisation.region_code))


def _grade(text: str) -> str:
    term = DATA_GRADES.exact(text)
    return term.code if term else ""


def _rank(level: str) -> int:
    term = SKILL_LEVELS.exact(level)
    return SKILL_LEVELS.rank(term.code) if term else 0


def _list(values: list[str]) -> str:
    return "、".join(values)


def failures(checks: list[dict[str, Any]] | None) -> list[str]:
    """The sentences of the requirements that are not met."""
    return [sentence(check) for check in checks or () if not check["met"]]


def summary(job: Demanding) -> list[str]:
    """Hard requirements as a page lists them."""
    flags = {"vlan": _("isolated network (VLAN)"), "xinchuang": _("domestic IT stack (信创)"),
             "private_deploy": _("private deployment")}  # fmt: skip
    found = []
    for code, needed in needs_of(job):
        if code in flags:
            found.append(flags[code])
        elif code == "min_staff":
            found.append(_("at least %(count)s annotators", count=needed))
        elif code == "min_level":
            found.append(_("skill level %(level)s or higher", level=needed))
        elif code == "cctv_months":
            found.append(_("recordings kept %(months)s months", months=needed))
        elif code == "health_level":
            found.append(_("cleared for health data level %(level)s", level=needed))
        elif code in ("data_grade", "place", "annotator_type"):
            found.append(words.word(needed))
        else:
            found.append(needed)
    return found
