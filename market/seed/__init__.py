"""Demo data, made through the verbs on a moving clock: people, firms, and deals at every stage."""

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from billing.programmes import load_programmes
from market.accounts import (
    founding,
    opening_keys,
    organisations,
    passwords,
    people,
    verification,
)
from market.accounts.forms import OrganisationInput, VerificationInput
from market.accounts.models import Membership, Organisation, Person
from market.accounts.states import OrganisationKind, Role
from market.imports import import_file
from market.kit import clock, files, i18n
from market.kit.actor import Actor
from market.kit.errors import Conflict
from market.risks.cases import review_market
from market.seed import (
    bases,
    calls,
    complaints,
    deals,
    fairs,
    fees,
    history,
    pilots,
    plans,
    programmes,
    securities,
    work,
)
from market.seed.bulletins import play_bulletins
from market.settings import settings

RECORDS = Path(__file__).with_name("records.json")
SYSTEM = Actor.system("seed")
NOBODYS = opening_keys.Cost(passes=1, memory=1024, lanes=1)  # no passphrase of theirs is ever typed
PASSWORD = "demo-annotation-2026"  # noqa: S105 - printed on the screen, refused in production
console = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Login:
    """One of the demo's people."""

    role: str
    email: str
    password: str = PASSWORD


LOGINS = [
    Login("需求方 · 医院", "hospital@demo.example"),
    Login("需求方 · 企业", "company@demo.example"),
    Login("供给方 · 甲", "supplier1@demo.example"),
    Login("供给方 · 乙", "supplier2@demo.example"),
    Login("基地 · 已认定", "base1@demo.example"),
    Login("基地 · 刚达标", "base2@demo.example"),
    Login("基地 · 差一人", "base3@demo.example"),
    Login("主管部门 · 济南市", "bureau@demo.example"),
    Login("主管部门 · 山东省", "province@demo.example"),
    Login("运营方", "operator@demo.example"),
]


class NotForProduction(Conflict):
    """Demo logins are known to everyone."""


async def seed_demo() -> list[Login]:
    """Fill an empty database; on one that holds the demo already, only return the logins."""
    if settings.is_production:
        raise NotForProduction("Demo data is not for production.")
    if await Person.exists(email=LOGINS[0].email):
        return LOGINS
    i18n.use_locale(i18n.DEFAULT)
    cast = await _cast()
    await load_programmes()
    report = await import_file(RECORDS)
    if report.errors:
        raise RuntimeError(f"the demo records do not load: {report.errors[:3]}")
    await _join_imported(cast)
    await history.found_buyers()
    await _key_imported(cast)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("演示交易 demo deals", total=len(plans.PLANS))
        for plan in plans.PLANS:
            await deals.play(plan, cast)
            progress.advance(task)
    await fees.play_fees(cast)
    await history.play_history(cast)
    await work.play_work(cast)
    await calls.play_calls(cast)
    await securities.play_securities(cast)
    await securities.declare_neighbours(cast)
    await pilots.play_pilot(cast)
    province = await _authority("province@demo.example")
    await calls.hold_back(cast, province)
    await complaints.play_complaints(cast, province)
    await fairs.play_fair(cast, province)
    await bases.play_bases(
        cast, await _bases(cast), city=await _authority("bureau@demo.example"), province=province
    )
    await programmes.play_programmes(cast, province)
    await play_bulletins(province)
    await review_market()
    return LOGINS


async def _authority(email: str) -> Actor:
    person = await Person.get(email=email)
    membership = await Membership.get(person=person).select_related("organisation")
    return deals.actor(membership.organisation, person)


async def _cast() -> deals.Cast:
    """The demo's people, each the owner of a verified organisation."""
    hashed = await passwords.hash_password(PASSWORD)
    with clock.frozen_at(clock.now() - dt.timedelta(days=400)):
        operator = await _person("运营 何清", "operator@demo.example", hashed)
        platform = await founding.found_authority(
            operator, OrganisationKind.OPERATOR, "平台运营中心（演示）", "370000", by=SYSTEM
        )
        acting = deals.actor(platform, operator)
        bureau = await _person("主管 秦守正", "bureau@demo.example", hashed)
        city = await founding.found_authority(
            bureau, OrganisationKind.BUREAU, "济南市大数据局（演示）", "370100", by=SYSTEM
        )
        province = await _person("主管 鲁望", "province@demo.example", hashed)
        over = await founding.found_authority(
            province, OrganisationKind.BUREAU, "山东省大数据局（演示）", "370000", by=SYSTEM
        )
        hospital = await _verified(
            await _person("采购 孟济川", "hospital@demo.example", hashed),
            "泉城第一人民医院（演示）",
            "370100",
            "public_institution",
            acting,
        )
        company = await _verified(
            await _person("采购 蓝海", "company@demo.example", hashed),
            "胶州湾智能科技有限公司（演示）",
            "370200",
            "enterprise",
            acting,
        )
        keys = {by.organisation_id: await _opening_key(by) for by in (
            hospital, company, deals.actor(city, bureau), deals.actor(over, province)
        )}  # fmt: skip
    return deals.Cast(
        operator=acting,
        hospital=hospital,
        company=company,
        keys=keys,
        people={
            "supplier1": await _person("商务 沈一鸣", "supplier1@demo.example", hashed),
            "supplier2": await _person("商务 苏晓", "supplier2@demo.example", hashed),
            "expert1": await _person("专家 顾清源", "expert1@demo.example", hashed),
            "expert2": await _person("专家 闻人雪", "expert2@demo.example", hashed),
        }
        | {one.email: await _person(one.person, one.email, hashed) for one in bases.PARKS},
    )


async def _bases(cast: deals.Cast) -> dict[str, Actor]:
    """The bases, verified before the province calls for them; by the e-mail of their owner."""
    with clock.frozen_at(clock.now() - dt.timedelta(days=60)):
        return {
            one.email: await _verified(
                cast.people[one.email], one.name, one.region, "enterprise", cast.operator,
                kind=OrganisationKind.BASE, code=deals.demo_code("91", one.region),
            )
            for one in bases.PARKS
        }  # fmt: skip


async def _opening_key(by: Actor, *, cost: opening_keys.Cost | None = None) -> bytes:
    """The organisation's opening key under the demo's password; its private half, to open with."""
    pair = await opening_keys.new_pair(PASSWORD, cost=cost)
    await opening_keys.keep_key(pair, by=by)
    return pair.private


async def _person(name: str, email: str, hashed: str) -> Person:
    return await people.create_person(email, name=name, password_hash=hashed, confirmed=True)


async def _verified(
    person: Person,
    name: str,
    region: str,
    org_type: str,
    operator: Actor,
    *,
    kind: OrganisationKind = OrganisationKind.DEMAND,
    code: str = "",
) -> Actor:
    """An organisation its owner registered and the operator verified; its code else from the records."""
    details = OrganisationInput(kind=kind, name=name, region_code=region)
    founded = await organisations.found_organisation(
        details, by=Actor(person_id=person.id, name=person.name)
    )
    owner = deals.actor(founded, person)
    licence = await files.store("营业执照.txt", "演示用证照影像".encode(), by=owner)
    if not code:
        owners = json.loads(RECORDS.read_text("utf-8"))["owners"]
        code = next(one["uscc"] for one in owners if one["name"] == name)
    facts = VerificationInput(name=name, uscc=code, org_type=org_type, region_code=region)
    submitted = await verification.submit_verification(founded, facts, licence=licence, by=owner)
    approved = await verification.approve(submitted, by=operator)
    return deals.actor(approved, person)


async def _key_imported(cast: deals.Cast) -> None:
    """Give every other buyer an opening key, so that its open jobs take bids."""
    buyers = Organisation.filter(kind=OrganisationKind.DEMAND, opening_keys=None)
    for buyer in await buyers.order_by("id"):
        person = await _person("采购", f"buyer.{buyer.number.lower()}@demo.example", "!")
        await Membership.create(person=person, organisation=buyer, role=Role.OWNER)
        by = cast.keyed[buyer.name] = deals.actor(buyer, person)
        cast.keys[buyer.id] = await _opening_key(by, cost=NOBODYS)
    await deals.drain()


async def _join_imported(cast: deals.Cast) -> None:
    """Give two of the imported firms a person who can sign in, and every firm an acting owner."""
    firms = await Organisation.filter(kind=OrganisationKind.SUPPLIER).order_by("external_id")
    for firm in firms:
        name = {"DS01": "supplier1", "DS02": "supplier2"}.get(firm.external_id or "")
        if name is not None:
            person = cast.people[name]
        else:
            person = await _person(
                f"商务 {firm.name[:2]}",
                f"sales.{(firm.external_id or '').lower()}@demo.example",
                "!",
            )
        await Membership.create(person=person, organisation=firm, role=Role.OWNER)
        cast.suppliers[firm.external_id or ""] = deals.actor(firm, person)
