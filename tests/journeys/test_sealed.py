"""The whole application before an opening: what a sealed bid holds is on no page, in no answer, mail or index.

Every address that can be read is read as everybody but the bidder while the bid lies there, its messages
handled. Where a planted word is found, the same address is read once more after the bid was undone: a word may
not have been found more often for the bid. Where none is found there is nothing that a second reading could find.
"""

import json
import logging
import re
from collections import Counter
from collections.abc import Iterable

import httpx
import pytest
from starlette.routing import Route

from market.accounts import sessions
from market.accounts.models import Person
from market.app import ROUTES, create_app
from market.kit.actor import Actor
from market.kit.mail import SentMail
from market.settings import settings
from market.tendering.models import Bid, Job
from market.worker import settle_everything
from search import sources
from tests.factories import actor, make_organisation, make_person, signed_in_client, tendering
from tests.undone import undone

pytestmark = pytest.mark.once

BIDDER, PERSON, PROPOSAL = "泉汇密标数据科技有限公司", "欧阳密标", "采用自研蓝鲸流水线"
PRICE = "73.4567"
WORDS = (BIDDER, PERSON, "蓝鲸", PRICE, "734,567", "734567", "73.45 万", "73.46 万")
NO_PARAMETER = re.compile(r"^[^{]+$")


def addresses(job: Job, bid_number: str) -> list[str]:
    """Every address that can be read, filled with the job or the bid where it takes one."""
    found = []
    for route in ROUTES:
        if not isinstance(route, Route) or "GET" not in (route.methods or ()):
            continue
        number = bid_number if route.path.startswith(("/bids", "/api/v1/bids")) else job.number
        path = re.sub(r"{number}", number, route.path)
        path = path.replace("{name}", "guideline").replace("{step}", "subject")
        if NO_PARAMETER.match(path):
            found.append(path)
    return found


def more(address: str, text: str) -> list[str]:
    """What an address also answers: its list as a file, and the bidder's name asked of its search."""
    form = re.search(
        r"<main.*</main>", text, re.S
    )  # the header of every page has a search of its own
    takes_words = address.startswith("/api/") or (form and 'name="q"' in form[0])
    return [
        *([f"{address}?format=csv"] if "format=csv" in text else []),
        *([f"{address}?q={BIDDER}"] if takes_words else []),
    ]


async def readers(owner: Actor) -> dict[str, dict[str, str]]:
    """Everybody but the bidder, by the cookie they send."""
    rival = await actor(await make_organisation(kind="supplier"))
    people = {
        "owner": owner,
        "rival": rival,
        "bureau": await actor(await make_organisation(kind="bureau", region_code="370000")),
        "operator": await actor(await make_organisation(kind="operator")),
    }
    cookies: dict[str, dict[str, str]] = {"anonymous": {}}
    for name, by in people.items():
        async with httpx.AsyncClient() as http:
            await signed_in_client(http, by.person_id)
            cookies[name] = {sessions.COOKIE: http.cookies[sessions.COOKIE]}
    return cookies


def counted(address: str, text: str) -> Counter[str]:
    """How often each word is found in what an address answers."""
    asked = address.partition("q=")[2]  # a page repeats what was asked of it
    if address.startswith("/operator/searches"):
        asked = BIDDER  # which the readers of this very test have asked for
    return +Counter({word: text.count(word) for word in WORDS if word != asked})


async def found_words(
    job: Job, bid_number: str, cookies: dict[str, dict[str, str]]
) -> dict[tuple[str, str], Counter[str]]:
    """The words that are found, by reader and address."""
    found: dict[tuple[str, str], Counter[str]] = {}
    transport = httpx.ASGITransport(create_app())
    for reader, own in cookies.items():
        async with httpx.AsyncClient(
            transport=transport, base_url="http://testserver", cookies=own
        ) as http:
            todo = addresses(job, bid_number)
            for address in todo:
                text = (await http.get(address)).text
                if "?" not in address:
                    todo += more(address, text)
                if words := counted(address, text):
                    found[reader, address] = words
    return found


async def found_again(
    places: Iterable[tuple[str, str]], cookies: dict[str, dict[str, str]]
) -> dict[tuple[str, str], Counter[str]]:
    """The words that the same readers find at the same addresses now."""
    transport = httpx.ASGITransport(create_app())
    found: dict[tuple[str, str], Counter[str]] = {}
    for reader, address in places:
        async with httpx.AsyncClient(
            transport=transport, base_url="http://testserver", cookies=cookies[reader]
        ) as http:
            found[reader, address] = counted(address, (await http.get(address)).text)
    return found


def index_text() -> str:
    """Whatever the search index keeps, as far as it is text."""
    folder = settings.market_data_dir
    files = [path for path in folder.rglob("*") if path.is_file() and "sqlite3" not in path.name]
    return "".join(path.read_bytes().decode("utf-8", "replace") for path in files)


async def test_nobody_reads_a_sealed_bid_anywhere(
    rollback: None, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    firm = await make_organisation(kind="supplier", name=BIDDER)
    by = await actor(firm, person=await make_person(name=PERSON))
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    cookies = await readers(owner)
    await settle_everything()
    index_before = Counter({word: index_text().count(word) for word in WORDS})
    capsys.readouterr()
    async with undone():
        with caplog.at_level(logging.DEBUG, logger="market"):
            bid = await tendering.place_bid(job, by=by, unit_price=PRICE, proposal=PROPOSAL)
            await settle_everything()
        assert bid.receipt is not None
        assert PRICE in str(bid.receipt)
        assert bid.digest in await own_page(by, bid.number)
        said = caplog.text + "".join(capsys.readouterr())
        with_bid = await found_words(job, bid.number, cookies)
        await assert_nothing_is_told(job, by, said, index_before)
    without = await found_again(with_bid, cookies)
    assert {
        place: more for place, words in with_bid.items() if (more := words - without[place])
    } == {}
    assert not await Bid.filter(number=bid.number).exists()


async def assert_nothing_is_told(
    job: Job, by: Actor, said: str, index_before: Counter[str]
) -> None:
    """Logs, mail to others, and the index know no more than before the bid."""
    assert [word for word in WORDS if word in said] == []
    own_address = {(await email_of(by))}
    mails = await SentMail.exclude(recipient__in=own_address)
    texts = [mail.subject + mail.text + mail.html for mail in mails]
    assert [word for word in WORDS for text in texts if word in text] == []
    documents = json.dumps(
        await sources.documents("jobs", [job.id]), ensure_ascii=False, default=str
    )
    assert [word for word in WORDS if word in documents] == []
    assert Counter({word: index_text().count(word) for word in WORDS}) == index_before


async def own_page(by: Actor, number: str) -> str:
    """The bid as its bidder reads it until the opening: its digest is there, its words are not."""
    transport = httpx.ASGITransport(create_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as http:
        await signed_in_client(http, by.person_id)
        return (await http.get(f"/bids/{number}")).text


async def email_of(by: Actor) -> str:
    """The address of the actor."""
    return str((await Person.get(id=by.person_id)).email)
