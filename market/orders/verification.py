"""Derive a delivery's sample again from what both sides revealed (`market verify sample`)."""

from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.orders import manifests, sampling, seeds
from market.orders.manifests import Item
from market.orders.models import AcceptanceSample, DeliveredItem, DeliveryBatch


async def verify_sample(number: str) -> list[str]:
    """A sentence for each thing that does not follow from the revealed secrets (none = all does).

    The latest round is checked down to the manifest; earlier rounds, whose manifest was replaced,
    against the digest they kept. Raises NotFound for an unknown batch or one never sampled.
    """
    batch = await DeliveryBatch.get_or_none(number=number)
    samples = await AcceptanceSample.filter(batch=batch).order_by("round") if batch else []
    if batch is None or not samples:
        raise NotFound(_("There is no sampled delivery with this number"))
    problems = [problem for sample in samples for problem in problems_of(sample)]
    return problems + await _manifest_problems(batch, samples[-1])


def problems_of(sample: AcceptanceSample) -> list[str]:
    """What of one round does not follow from its own row: commitments, seed, draw."""
    where = f"round {sample.round}"
    found = []
    for side in ("buyer", "supplier"):
        if seeds.commitment(getattr(sample, f"{side}_secret")) != getattr(
            sample, f"{side}_commitment"
        ):
            found.append(f"{where}: the {side}'s secret is not the one committed to")
    seed = seeds.seed_of(sample.buyer_secret, sample.supplier_secret, sample.manifest_digest)
    if seed.hex() != sample.seed:
        found.append(f"{where}: the seed does not follow from the secrets and the manifest")
    if sampling.draw_sample(sample.lot_size, sample.sample_size, seed) != sample.indices:
        found.append(f"{where}: other items were drawn than the seed gives")
    return found


async def _manifest_problems(batch: DeliveryBatch, sample: AcceptanceSample) -> list[str]:
    if batch.round != sample.round:
        return []  # reworked and not sampled again: the manifest belongs to the next round
    rows = await DeliveredItem.filter(batch_id=batch.id).order_by("position")
    items = [Item(row.name, row.sha256, row.position + 1) for row in rows]
    found = []
    if manifests.digest_of(items) != sample.manifest_digest:
        found.append("the manifest is not the one the sample was drawn from")
    elif [rows[index].name for index in sample.indices] != sample.items:
        found.append("the listed items are not those at the drawn positions")
    return found
