"""JSON operations on the opening ceremony and the shortlist."""

import datetime as dt
from typing import Self

from pydantic import BaseModel

from market.accounts import opening_keys
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.errors import InvalidInput, NotFound
from market.kit.i18n import gettext as _
from market.kit.limiting import limit
from market.tendering import access, ceremony, opening_access, stages
from market.tendering.ceremony_forms import ReleaseBody, ShortlistInput
from market.tendering.models import Job
from market.tendering.schemas import JobOut
from market.tendering.sealed_models import JobKey
from market.tendering.shares import keys_of, shares_in_order

TAG = "openings"


class ShareOut(BaseModel):
    """A share of a job's key: who holds it, the commitment to it, and when it was released."""

    position: int
    holder: str
    organisation: str
    commitment: str
    released_at: dt.datetime | None


class EnvelopeOut(BaseModel):
    """A key of the job's bids: how many of its shares open the envelope."""

    envelope: str
    public_key: str
    threshold: int
    opened_at: dt.datetime | None
    shares: list[ShareOut]

    @classmethod
    def of(cls, key: JobKey) -> Self:
        """From a key whose shares have been fetched."""
        shares = [
            ShareOut(
                position=share.position, holder=share.holder, commitment=share.commitment,
                organisation=share.organisation.name if share.organisation else "",
                released_at=share.released_at,
            )
            for share in shares_in_order(key)
        ]  # fmt: skip
        return cls(
            envelope=key.envelope, public_key=bytes(key.public_key).hex(), shares=shares,
            threshold=key.threshold, opened_at=key.opened_at,
        )  # fmt: skip


class CeremonyOut(BaseModel):
    """Where the opening of a job stands."""

    job: str
    status: str
    envelopes: list[EnvelopeOut]

    @classmethod
    async def of(cls, job: Job) -> Self:
        """From a row."""
        envelopes = [EnvelopeOut.of(key) for key in await keys_of(job)]
        return cls(job=job.number, status=job.status, envelopes=envelopes)


@operation("GET", "/jobs/{number}/ceremony", summary="Read the opening ceremony", tag=TAG,
           returns=CeremonyOut, public=True)  # fmt: skip
async def get_ceremony(call: Call[Nothing, Nothing]) -> CeremonyOut:
    """Who holds the key of the bids, and who has released it."""
    return await CeremonyOut.of(await access.visible_job(call.actor, call.path("number")))


@operation("POST", "/jobs/{number}/ceremony", summary="Release a share of the key", tag=TAG,
           body=ReleaseBody, returns=CeremonyOut, scope="jobs:write")  # fmt: skip
async def release_share(call: Call[ReleaseBody, Nothing]) -> CeremonyOut:
    """After the deadline, by a holder; the share that completes the threshold opens the bids."""
    job = await access.visible_job(call.actor, call.path("number"))
    share = await opening_access.own_share(call.actor, job)
    if share is None:
        raise NotFound(_("Your organisation holds no share of this opening"))
    await limit("10/15 minute", "opening-passphrase", str(share.id))
    if call.body.recovery_file:
        file = call.body.recovery_file.encode()
        private = opening_keys.read_recovery_file(share.opening_key, file)
    else:
        private = await opening_keys.unlock(share.opening_key, call.body.passphrase)
    return await CeremonyOut.of(await ceremony.release_share(share, private, by=call.actor))


@operation("POST", "/jobs/{number}/shortlist", summary="Shortlist the bidders", tag=TAG,
           body=ShortlistInput, returns=JobOut, scope="awards:write")  # fmt: skip
async def shortlist(call: Call[ShortlistInput, Nothing]) -> JobOut:
    """After the first envelopes: every bid is passed or refused with a reason."""
    job = await access.own_job(call.actor, call.path("number"))
    bids = {bid.number: bid for bid in await opening_access.bids_to_shortlist(job)}
    named = [*call.body.passed, *(refusal.bid for refusal in call.body.refused)]
    if unknown := [number for number in named if number not in bids]:
        raise InvalidInput(fields={"passed": _("No opened bid: %(number)s", number=unknown[0])})
    passed = [bids[number] for number in call.body.passed]
    refused = {bids[no.bid].id: (no.code, no.explanation) for no in call.body.refused}
    await stages.shortlist(job, passed, refused, by=call.actor)
    return JobOut.of(await access.own_job(call.actor, job.number))


operations: list[Operation] = [get_ceremony, release_share, shortlist]
