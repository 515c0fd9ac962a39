"""From an event to a signed request: who gets it, tries, giving up, rotation, resending."""

import datetime as dt
import json

import pytest
from standardwebhooks.webhooks import Webhook

from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotFound, NotPermitted
from market.settings import settings
from market.tendering.models import Job
from market.webhooks import access, endpoints, sending
from market.webhooks.dispatching import dispatch
from market.webhooks.endpoints import NotInUse
from market.webhooks.forms import EndpointInput
from market.webhooks.models import WebhookDelivery, WebhookEndpoint
from market.webhooks.requests import Outcome
from market.webhooks.states import WebhookDeliveryState, WebhookEndpointStatus
from market.worker import HANDLERS
from tests.factories.accounts import actor, make_organisation
from tests.factories.orders import make_order
from tests.factories.tendering import make_job, published_job
from tests.market.webhooks.receiver import receiving

pytestmark = pytest.mark.usefixtures("rollback")
REFUSED = Outcome(500, "HTTP 500")


@pytest.fixture(autouse=True)
def to_the_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "webhooks_to_private", True)


async def subscribe(
    by: Actor, *topics: str, url: str = "http://127.0.0.1:1/x"
) -> tuple[WebhookEndpoint, str]:
    return await endpoints.add_endpoint(EndpointInput(url=url, topics=list(topics)), by=by)


async def tell(topic: str, **payload: str) -> outbox.Message:
    message = outbox.Message("0199", topic, payload)
    await dispatch(message)
    return message


async def test_an_event_reaches_the_subscriber_signed() -> None:
    deal = await make_order()
    assert deal.order is not None
    async with receiving() as receiver:
        endpoint, secret = await subscribe(deal.supplier, "order.settled", url=receiver.url)
        await tell("order.settled", order=str(deal.order.id))
        assert await sending.send_due() == 1
    headers, body = receiver.requests[0]
    content = Webhook(secret).verify(body, headers)
    assert (content["type"], headers["webhook-id"]) == ("order.settled", "msg_0199")
    assert content["data"] == {
        "order": deal.order.number, "contract": deal.contract.number, "status": "funded",
        "url": f"http://testserver/api/v1/orders/{deal.order.number}",
    }  # fmt: skip
    delivery = await WebhookDelivery.get(endpoint_id=endpoint.id)
    assert (delivery.state, delivery.attempts, delivery.status_code) == ("delivered", 1, 204)


async def test_only_the_parties_hear_of_an_order_and_everybody_of_a_public_job() -> None:
    deal = await make_order()
    assert deal.order is not None
    stranger = await actor(await make_organisation(kind="supplier"))
    own, _secret = await subscribe(deal.buyer, "order.funded")
    other, _secret = await subscribe(stranger, "order.funded", "job.published")
    await tell("order.funded", order=str(deal.order.id))
    assert await WebhookDelivery.filter(endpoint_id=own.id).count() == 1
    assert await WebhookDelivery.filter(endpoint_id=other.id).count() == 0
    job = await published_job()
    await tell("job.published", job=str(job.id))
    assert await WebhookDelivery.filter(endpoint_id=other.id).count() == 1


async def test_a_draft_is_told_to_nobody() -> None:
    job: Job = await make_job()
    endpoint, _secret = await subscribe(await actor(await make_organisation()), "job.amended")
    await tell("job.amended", job=str(job.id))
    assert await WebhookDelivery.filter(endpoint_id=endpoint.id).count() == 0


async def test_a_second_run_of_the_handler_sends_nothing_twice() -> None:
    job = await published_job()
    endpoint, _secret = await subscribe(await actor(await make_organisation()), "job.published")
    message = await tell("job.published", job=str(job.id))
    await dispatch(message)
    assert await WebhookDelivery.filter(endpoint_id=endpoint.id).count() == 1


def test_no_topic_can_name_a_bid() -> None:
    from market.webhooks.topics import TOPICS

    assert not [topic for topic in TOPICS if topic.startswith(("bid.", "share.", "question."))]
    assert all(dispatch in HANDLERS[topic] for topic in TOPICS)


async def waiting() -> tuple[WebhookEndpoint, WebhookDelivery]:
    endpoint, _secret = await subscribe(await actor(await make_organisation()), "job.published")
    await tell("job.published", job=str((await published_job()).id))
    return endpoint, await WebhookDelivery.get(endpoint_id=endpoint.id)


async def test_the_pauses_between_tries_grow_until_it_is_given_up() -> None:
    _endpoint, delivery = await waiting()
    pauses = []
    with clock.frozen_at(clock.now()):
        for _try in range(len(sending.PAUSES) + 1):
            await sending.note(delivery, REFUSED)
            delivery = await WebhookDelivery.get(id=delivery.id)
            if delivery.given_up_at is None:
                pauses.append(delivery.next_at - clock.now())
    assert pauses == list(sending.PAUSES)
    assert delivery.state == WebhookDeliveryState.GIVEN_UP
    assert (delivery.attempts, delivery.status_code) == (10, 500)


async def test_a_refusal_is_tried_again_under_the_same_id() -> None:
    async with receiving() as receiver:
        receiver.answers = ["503 Unavailable", "301 Moved"]
        endpoint, delivery = await waiting()
        await WebhookEndpoint.filter(id=endpoint.id).update(url=receiver.url)
        start = clock.now()
        for later, arrived in ((0, 0), (10, 0), (400, 1)):
            with clock.frozen_at(start + dt.timedelta(seconds=later)):
                assert await sending.send_due() == arrived
    assert [headers["webhook-id"] for headers, _body in receiver.requests] == ["msg_0199"] * 3
    assert (await WebhookDelivery.get(id=delivery.id)).attempts == 3
    assert (await WebhookEndpoint.get(id=endpoint.id)).failing_since is None


async def test_three_days_of_failure_stop_the_endpoint_and_say_so() -> None:
    endpoint, delivery = await waiting()
    start = clock.now()
    for days in (0, 2.9):
        with clock.frozen_at(start + dt.timedelta(days=days)):
            await sending.note(delivery, REFUSED)
        assert (await WebhookEndpoint.get(id=endpoint.id)).status == "active"
    with clock.frozen_at(start + dt.timedelta(days=3)):
        await sending.note(delivery, REFUSED)
    stopped = await WebhookEndpoint.get(id=endpoint.id)
    assert stopped.status == WebhookEndpointStatus.STOPPED
    assert await outbox.OutboxMessage.filter(topic="webhook.stopped").count() == 1
    assert await sending.send_due() == 0, "nothing is sent while it is stopped"
    owner = Actor(organisation_id=stopped.organisation_id, person_id=delivery.id, kind="demand",
                  role="owner", verified=True)  # fmt: skip
    again = await endpoints.resume_endpoint(stopped, by=owner)
    assert (again.status, again.failing_since) == ("active", None)


async def test_gone_stops_at_once() -> None:
    endpoint, delivery = await waiting()
    await sending.note(delivery, Outcome(410, "HTTP 410"))
    assert (await WebhookEndpoint.get(id=endpoint.id)).status == "stopped"
    assert (await WebhookDelivery.get(id=delivery.id)).given_up_at is not None


async def test_after_a_rotation_both_secrets_sign_for_a_day() -> None:
    owner = await actor(await make_organisation())
    endpoint, old = await subscribe(owner, "job.published")
    new = await endpoints.rotate_secret(endpoint, by=owner)
    endpoint = await WebhookEndpoint.get(id=endpoint.id)
    assert endpoints.keys_of(endpoint) == [new, old]
    with clock.frozen_at(clock.now() + endpoints.OVERLAP):
        assert endpoints.keys_of(endpoint) == [new]
    written = json.dumps([entry.after for entry in await audit.history(endpoint)])
    assert old not in written
    assert new not in written
    assert old.encode() not in bytes(endpoint.secret)


async def test_resending_keeps_the_id_and_needs_an_endpoint_in_use() -> None:
    owner = await actor(await make_organisation())
    async with receiving() as receiver:
        endpoint, _secret = await subscribe(owner, "job.published", url=receiver.url)
        delivery = await endpoints.send_test(endpoint, by=owner)
        await sending.send_due()
        delivery = await WebhookDelivery.get(id=delivery.id)
        await endpoints.resend(delivery, by=owner)
        await sending.send_due()
    first, second = receiver.requests
    assert first[0]["webhook-id"] == second[0]["webhook-id"]
    assert first[1] == second[1]
    await endpoints.pause_endpoint(endpoint, by=owner)
    with pytest.raises(NotInUse):
        await endpoints.resend(delivery, by=owner)
    with pytest.raises(NotInUse):
        await endpoints.send_test(endpoint, by=owner)


async def test_others_and_members_that_own_nothing_change_nothing() -> None:
    organisation = await make_organisation()
    owner = await actor(organisation)
    endpoint, _secret = await subscribe(owner, "job.published")
    stranger = await actor(await make_organisation())
    with pytest.raises(NotFound):
        await access.own_endpoint(endpoint.number, stranger)
    viewer = await actor(organisation, role="viewer")
    assert (await access.own_endpoint(endpoint.number, viewer)).id == endpoint.id
    with pytest.raises(NotPermitted):
        await endpoints.rotate_secret(endpoint, by=viewer)
    with pytest.raises(NotPermitted):
        await subscribe(viewer, "job.published")
    assert await WebhookEndpoint.filter(organisation_id=organisation.id).count() == 1
    assert (await WebhookEndpoint.get(id=endpoint.id)).secret == endpoint.secret


async def test_a_removed_endpoint_leaves_neither_address_nor_secret() -> None:
    owner = await actor(await make_organisation())
    endpoint, _secret = await subscribe(owner, "job.published")
    await endpoints.send_test(endpoint, by=owner)
    await endpoints.remove_endpoint(endpoint, by=owner)
    gone = await WebhookEndpoint.get(id=endpoint.id)
    assert (gone.url, bytes(gone.secret), gone.previous_secret) == ("", b"", None)
    assert await WebhookDelivery.filter(endpoint_id=endpoint.id).count() == 0
    with pytest.raises(NotFound):
        await access.own_endpoint(endpoint.number, owner)


async def test_there_are_at_most_ten() -> None:
    owner = await actor(await make_organisation())
    for _position in range(endpoints.MAX_ENDPOINTS):
        await subscribe(owner, "job.published")
    with pytest.raises(InvalidInput):
        await subscribe(owner, "job.published")
