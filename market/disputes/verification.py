"""Derive a dispute's sub-sample again from what both sides revealed."""

from market.disputes.models import Dispute, Remeasurement
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.orders import sampling, seeds


async def verify_measurement(number: str) -> list[str]:
    """A sentence for each thing that does not follow from the revealed secrets (none = all does).

    Raises NotFound for an unknown dispute or one never measured.
    """
    dispute = await Dispute.get_or_none(number=number)
    if dispute is None or not await Remeasurement.exists(dispute=dispute):
        raise NotFound(_("There is no measured dispute with this number"))
    return await problems_of(dispute)


async def problems_of(dispute: Dispute) -> list[str]:
    """What of a measured dispute does not follow from its own rows: commitments, seed, draw."""
    drawn = await Remeasurement.get(dispute=dispute)
    found = [
        f"the {side}'s secret is not the one committed to"
        for side in ("buyer", "supplier")
        if seeds.commitment(getattr(drawn, f"{side}_secret"))
        != getattr(dispute, f"{side}_commitment")
    ]
    seed = seeds.seed_of(drawn.buyer_secret, drawn.supplier_secret, drawn.manifest_digest)
    if seed.hex() != drawn.seed:
        found.append("the seed does not follow from the secrets and the manifest")
    if sampling.draw_sample(drawn.lot_size, drawn.sample_size, seed) != drawn.indices:
        found.append("other items were drawn than the seed gives")
    return found
