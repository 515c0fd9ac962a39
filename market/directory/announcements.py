"""What a change of a supplier sets off: its public words are renewed and the index is told."""

from market.accounts.models import Organisation
from market.directory import tags
from market.directory.access import badged
from market.directory.models import SupplierProfile
from market.kit import outbox
from market.vocabulary.trade import ORG_CLASSES

LISTING = "suppliers"
BENCHMARK = ORG_CLASSES["benchmark"].zh


async def announce(profile: SupplierProfile) -> None:
    """Refresh the profile's public words and tell the index; call it last in a verb."""
    organisation = await Organisation.get(id=profile.organisation_id)
    words = public_words(profile, organisation)
    if words and organisation.id in await badged([organisation.id]):
        words["scale"].append(BENCHMARK)
    await tags.replace_tags(LISTING, profile.id, words)
    await outbox.record("supplier.changed", organisation=organisation.id)


def public_words(profile: SupplierProfile, organisation: Organisation) -> dict[str, list[str]]:
    """Facet -> words of a published profile; nothing while it is not published."""
    if profile.published_at is None:
        return {}
    flags = {
        "驻场": profile.is_onsite,
        "院内驻场": profile.is_in_hospital,
        "私有化部署": profile.is_private_deploy,
        "VLAN": profile.is_vlan_isolated,
        "信创": profile.is_xinchuang,
    }
    return {
        "region": tags.region_path(organisation.region_code),
        "modality": profile.modalities,
        "task": profile.task_types,
        "industry": profile.industries,
        "language": profile.languages,
        "certificate": profile.certs,
        "grade": [profile.max_data_grade],
        "site": [name for name, has in flags.items() if has],
        "scale": [organisation.scale_class],
    }
