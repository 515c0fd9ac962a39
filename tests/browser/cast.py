"""Fills an empty database with who must be there before a deal: operator, bureau, a buyer, two firms, programmes.

`python -m tests.browser.cast`, with MARKET_DATA_DIR naming the database.
"""

import asyncio

from billing.programmes import load_programmes
from market.accounts.passwords import hash_password
from market.kit import db
from tests.factories import PASSWORD, make_membership, make_organisation, make_person
from tests.factories.directory import make_supplier

OTHERS = (
    ("demand", "鲁中矿业集团有限公司", "370300", "mine@example.com"),
    ("operator", "平台运营中心", "370000", "operator@example.com"),
    ("bureau", "济南市大数据局", "370100", "bureau@example.com"),
)
FIRMS = (
    ("山东明眸数据标注有限公司", "winner@example.com", "山东团队，执业医师参与"),
    ("鲁东智标科技有限公司", "loser@example.com", "影像标注与质检"),
)


async def fill() -> None:
    """Migrate, then write the rows."""
    await db.migrate()
    await db.connect()
    try:
        hashed = await hash_password(PASSWORD)
        for kind, name, region, email in OTHERS:
            organisation = await make_organisation(kind=kind, name=name, region_code=region)
            person = await make_person(email=email, name="负责人", password_hash=hashed)
            await make_membership(organisation, person=person)
        for name, email, summary in FIRMS:
            firm = await make_organisation(kind="supplier", name=name)
            person = await make_person(email=email, name="商务经理", password_hash=hashed)
            await make_membership(firm, person=person)
            await make_supplier(
                organisation=firm, summary=summary, task_types=["病灶分割", "属性标注"],
                annotator_types=["行业领域专家"], is_in_hospital=True, is_vlan_isolated=True,
            )  # fmt: skip
        await load_programmes()
    finally:
        await db.disconnect()


if __name__ == "__main__":
    asyncio.run(fill())
