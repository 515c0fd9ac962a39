"""The demo's bases: one certified, one at every edge, one a person short, each with its reason."""

import pytest

from market.certification import access, applications, exports
from market.certification.conditions import AREA, FIRMS, STAFF
from market.certification.models import Certification, CertificationRound
from market.certification.states import CertificationStatus
from market.directory.models import SupplierProfile
from market.kit.actor import Actor
from market.seed import bases
from market.seed.deals import Cast
from tests.factories.accounts import actor, make_organisation

pytestmark = pytest.mark.usefixtures("rollback")


async def somebody(kind: str, region: str = "370100") -> Actor:
    return await actor(await make_organisation(kind=kind, region_code=region))


async def test_three_bases_and_their_annex_5() -> None:
    city, province = await somebody("bureau"), await somebody("bureau", "370000")
    member, nobody = await somebody("supplier", "370102"), Actor.system("test")
    cast = Cast(nobody, nobody, nobody, people={}, suppliers={bases.MEMBER: member})
    owners = {park.email: await somebody("base", park.region) for park in bases.PARKS}
    await bases.play_bases(cast, owners, city=city, province=province)
    found = await Certification.all().order_by("number")
    assert [row.status for row in found] == [
        CertificationStatus.CERTIFIED, CertificationStatus.RECOMMENDED, CertificationStatus.RETURNED,
    ]  # fmt: skip
    assert found[0].certified_at is not None
    sheet = await exports.annex_5_rows(access.certifications_to_read(city))
    assert [(row.position, row.firms_count, row.staff_count, row.form["area"]) for row in sheet] == [
        (1, 4, 280, 6800), (2, FIRMS, STAFF, AREA),
    ]  # fmt: skip
    findings = await applications.findings_of(found[2], await CertificationRound.get())
    short = [(one.code, one.found) for one in findings or [] if not one.is_met]
    assert short == [("staff", str(STAFF - 1))]
    profile = await SupplierProfile.get(organisation_id=member.organisation_id)
    assert profile.base_id == found[0].base_id
