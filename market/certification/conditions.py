"""The conditions of certification, decided one by one, each with its reason (闽数据〔2024〕40号 附件1)."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from market.certification.forms import BaseForm
from market.certification.states import MaterialKind
from market.kit.i18n import N_
from market.kit.i18n import gettext as _

SOURCE = "闽数据〔2024〕40号 附件1"
FIRMS, STAFF, AREA = 3, 100, 1000  # 不少于3家; 100人（含）以上; 不少于1000平方米


class Tenant(Protocol):
    """What the conditions read of a tenant firm."""

    staff: int


class Minimums(Protocol):
    """The figures of a round."""

    firms_min: int
    staff_min: int
    area_min: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One condition: its name (a msgid), whether it is met, what was found and what is asked for."""

    code: str
    label: str
    is_met: bool
    found: str
    required: str = ""
    source: str = SOURCE

    @property
    def sentence(self) -> str:
        """The condition in the reader's language with both figures."""
        condition, found = _(self.label), _(self.found)
        if not self.required:
            return _("%(condition)s: %(found)s", condition=condition, found=found)
        return _(
            "%(condition)s: %(found)s, required %(required)s",
            condition=condition, found=found, required=self.required,
        )  # fmt: skip

    def stored(self) -> dict[str, Any]:
        """As an application keeps it."""
        return asdict(self)


def check(
    form: BaseForm, firms: Sequence[Tenant], papers: Collection[MaterialKind], least: Minimums
) -> list[Finding]:
    """Every condition of a round for what an application states. Pure; "at least" throughout (以上)."""
    return [
        _at_least("firms", N_("Tenant annotation firms"), len(firms), least.firms_min),
        _at_least(
            "staff",
            N_("People employed in annotation"),
            sum(firm.staff for firm in firms),
            least.staff_min,
        ),
        _at_least("area", N_("Office space in m²"), form.area, least.area_min),
        _stated("operator", N_("Managing body"), bool(form.manager)),
        _stated("platform", N_("Public annotation platform"), bool(form.platform)),
        _stated("invested", N_("Money invested so far"), form.invested_fen > 0),
        _stated("talent_service", N_("Services for talent"), bool(form.talent_service)),
        _stated("market_service", N_("Reach into the market"), bool(form.market_service)),
        _stated("clean_record", N_("No major accident in three years"), form.clean_record),
        *[_stated(kind.value, PAPERS[kind], kind in papers) for kind in MaterialKind],
    ]


PAPERS = {
    MaterialKind.ESTABLISHMENT: N_("Approval or registration of the managing body"),
    MaterialKind.PREMISES: N_("Title or lease of the premises"),
    MaterialKind.INVESTMENT: N_("Invoices, payment agreements or vouchers of the investment"),
}


def _at_least(code: str, label: str, found: int, required: int) -> Finding:
    return Finding(code, label, found >= required, str(found), f"≥ {required}")


def _stated(code: str, label: str, is_met: bool) -> Finding:
    return Finding(code, label, is_met, N_("given") if is_met else N_("missing"))
