"""The words for kinds and roles, as choices of a form and on pages."""

from market.accounts.forms import SELF_REGISTERED
from market.accounts.states import OrganisationKind, Role
from market.kit.i18n import gettext as _

Choices = tuple[tuple[str, str, str], ...]
# The first mark found in a user agent names it: Edge calls itself Chrome too, and all call themselves Safari.
BROWSERS = (
    ("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("OPR", "Opera"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"),
    ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def kinds() -> dict[str, str]:
    """What each kind of organisation is called."""
    return {
        "demand": _("Demand owner"),
        "supplier": _("Supplier"),
        "base": _("Annotation base"),
        "service": _("Third-party service"),
        "bureau": _("Data bureau"),
        "operator": _("Operator"),
    }


def roles() -> dict[str, str]:
    """What each role is called."""
    return {
        "owner": _("Organisation owner"),
        "buyer": _("Purchasing"),
        "sales": _("Sales"),
        "project": _("Project manager"),
        "quality": _("Quality control"),
        "finance": _("Finance"),
        "viewer": _("Viewer"),
    }


def kind_choices(*, registering: bool) -> Choices:
    """Kinds for a form: those a person may register, or all of them."""
    help_texts = {
        "demand": _("Has data to be labelled: hospitals, mines, museums, public bodies, AI firms"),
        "supplier": _("Labels data for others"),
        "base": _("Runs an annotation base or park and its tenants"),
        "service": _("Serves the industry: staffing, training, finance, compliance, legal audit"),
        "bureau": _("Oversees the industry in a region"),
        "operator": _("Runs this platform"),
    }
    offered = SELF_REGISTERED if registering else tuple(OrganisationKind)
    return tuple((kind.value, kinds()[kind], help_texts[kind]) for kind in offered)


def role_choices() -> Choices:
    """Roles for a form, each with what it may do."""
    help_texts = {
        "owner": _("Everything, including members and signatures"),
        "buyer": _("Posts jobs, evaluates bids, awards"),
        "sales": _("Bids and answers for offers"),
        "project": _("Delivers and follows orders"),
        "quality": _("Inspects and accepts deliveries"),
        "finance": _("Pays, invoices, uses vouchers"),
        "viewer": _("Reads only"),
    }
    return tuple((role.value, roles()[role], help_texts[role]) for role in Role)


def history_words() -> dict[str, str]:
    """What an entry of an organisation's history is called."""
    return {
        "registered": _("Registered"),
        "edited": _("Profile edited"),
        "shareholders_declared": _("Shareholders declared"),
        "member_invited": _("Member invited"),
        "member_joined": _("Member joined"),
        "member_removed": _("Member removed"),
        "role_changed": _("Role changed"),
        "status:pending_verification": _("Submitted for verification"),
        "status:active": _("Verified"),
        "status:registered": _("Sent back"),
        "status:suspended": _("Suspended"),
        "status:closed": _("Closed"),
    }


def browser_name(user_agent: str) -> str:
    """A browser as its owner knows it: "Edge · Windows"; else the beginning of what it calls itself."""
    names = [
        next((name for mark, name in marks if mark in user_agent), "")
        for marks in (BROWSERS, SYSTEMS)
    ]
    return " · ".join(filter(None, names)) or user_agent[:40] or _("Unknown browser")
