"""Ratings of datasets: from request to record, due re-reviews, demotion, who may."""

import datetime as dt

import httpx
import pytest

from market.datasets import dataset_access, ratings
from market.datasets.dataset_forms import AssignInput, PublishInput
from market.datasets.dataset_models import Dataset, DatasetRating, RatingSheet
from market.datasets.dataset_states import Grade, RatingCause, RatingStatus
from market.datasets.dataset_totals import totals
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted
from market.kit.mail import SentMail
from market.vocabulary.datasets import INDICATORS
from market.worker import HANDLERS, PERIODIC
from tests.factories.accounts import actor, make_organisation, signed_in_client
from tests.factories.datasets import make_dataset, make_rating, name_reviewer, sheet_of

pytestmark = pytest.mark.usefixtures("rollback")
SAID = PublishInput(statement="按TC609指标评审，结果如上。", review_months=12)


async def cast() -> tuple[Actor, Actor, Actor]:
    """Owner, bureau above, reviewer."""
    return (
        await actor(await make_organisation(kind="supplier", region_code="370100")),
        await actor(await make_organisation(kind="bureau", region_code="370000")),
        await actor(await make_organisation(kind="service", region_code="110000")),
    )


async def test_a_pass_is_published_reviewed_when_due_and_lost_when_failed() -> None:
    owner, bureau, reviewer = await cast()
    row = await make_dataset(owner)
    rating, sheet = await make_rating(row, owner=owner, bureau=bureau, reviewer=reviewer)
    with pytest.raises(Conflict):
        await ratings.publish_rating(rating, SAID, by=bureau)
    await ratings.hand_in_sheet(sheet, sheet_of("90"), by=reviewer)
    with pytest.raises(Conflict):
        await ratings.hand_in_sheet(sheet, sheet_of("100"), by=reviewer)
    rating = await ratings.publish_rating(rating, SAID, by=bureau)
    assert (rating.is_passed, rating.result["02"]) == (True, "90.00")
    row = await Dataset.get(id=row.id)
    again_on = clock.months_on(clock.today(), 12)
    assert (row.grade, row.rated_on, row.next_review_on) == (Grade.PASSED, clock.today(), again_on)
    assert (await totals("37")).high_quality == 1
    assert ratings.ask_for_due_reviews in [task for _seconds, task in PERIODIC]
    await ratings.ask_for_due_reviews()
    assert (await Dataset.get(id=row.id)).grade is Grade.PASSED, "not due yet"
    with clock.shifted_by(dt.timedelta(days=366)):
        await ratings.ask_for_due_reviews()
        await ratings.ask_for_due_reviews()
        row = await Dataset.get(id=row.id)
        assert row.grade is Grade.DUE
        second = await DatasetRating.get(dataset=row, status=RatingStatus.REQUESTED)
        assert second.cause is RatingCause.REVIEW
        with pytest.raises(Conflict):
            await ratings.cancel_rating(second, by=owner)
        second, sheet = await name_reviewer(second, bureau=bureau, reviewer=reviewer)
        await ratings.hand_in_sheet(sheet, sheet_of("95", i0204="40"), by=reviewer)
        await ratings.publish_rating(second, SAID, by=bureau)
        row = await Dataset.get(id=row.id)
        assert (row.grade, row.next_review_on) == (Grade.FAILED, None)
        actions = [entry.action for entry in await audit.history(row)]
        assert actions[-2:] == ["review_due", "demoted"]
        record = await dataset_access.published_ratings(row)
        assert [one.is_passed for one in record] == [False, True], "history is kept"
        await outbox.drain(HANDLERS)
    assert await SentMail.filter(subject__contains=second.number).count() == 4


async def test_only_whose_it_is_asks_names_scores_and_publishes() -> None:
    owner, bureau, reviewer = await cast()
    row = await make_dataset(owner)
    draft = await make_dataset(owner, listed=False)
    with pytest.raises(Conflict):
        await ratings.request_rating(draft, by=owner)
    with pytest.raises(NotFound):
        await ratings.request_rating(row, by=reviewer)
    rating = await ratings.request_rating(row, by=owner)
    with pytest.raises(Conflict):
        await ratings.request_rating(row, by=owner)
    away = await actor(await make_organisation(kind="bureau", region_code="320000"))
    wanted = AssignInput(reviewers="nobody@example.com")
    for stranger in (away, owner, reviewer):
        with pytest.raises(NotPermitted):
            await ratings.assign_reviewers(rating, wanted, by=stranger)
    with pytest.raises(InvalidInput):
        await ratings.assign_reviewers(rating, wanted, by=bureau)
    with pytest.raises(InvalidInput):
        await name_reviewer(rating, bureau=bureau, reviewer=owner)
    assert not await RatingSheet.exists()
    rating, sheet = await name_reviewer(rating, bureau=bureau, reviewer=reviewer)
    whole = sheet_of()
    with pytest.raises(NotFound):
        await ratings.hand_in_sheet(sheet, whole, by=bureau)
    part = whole.model_copy(update={"indicators": dict(list(whole.indicators.items())[:-1])})
    with pytest.raises(InvalidInput, match="0305"):
        await ratings.hand_in_sheet(sheet, part, by=reviewer)
    assert (await RatingSheet.get(id=sheet.id)).submitted_at is None
    with pytest.raises(NotFound):
        await dataset_access.rating_to_see(away, rating.number)
    assert (await dataset_access.rating_to_see(reviewer, rating.number)).id == rating.id
    with pytest.raises(Conflict):
        await ratings.cancel_rating(rating, by=owner)


async def test_the_pages_of_a_rating(client: httpx.AsyncClient) -> None:
    owner, bureau, reviewer = await cast()
    row = await make_dataset(owner)
    await signed_in_client(client, owner.person_id)
    assert (await client.post(f"/datasets/{row.number}/ratings")).status_code == 303
    rating = await DatasetRating.get(dataset=row)
    page = f"/dataset-ratings/{rating.number}"
    await signed_in_client(client, bureau.person_id)
    assert "指定评审人" in (await client.get(page)).text
    unknown = await client.post(f"{page}/reviewers", data={"reviewers": "nobody@example.com"})
    assert unknown.status_code == 422
    await name_reviewer(rating, bureau=bureau, reviewer=reviewer)
    await signed_in_client(client, reviewer.person_id)
    assert "0305" in (await client.get(f"{page}/sheet")).text
    typed = {f"points_{code}": "93.5" for code in INDICATORS}
    typed |= {f"evidence_{code}": "抽样核对。" for code in INDICATORS}
    for wrong in ({"points_0101": ""}, {"points_0101": "101"}, {"evidence_0203": ""}):
        refused = await client.post(f"{page}/sheet", data=typed | wrong)
        assert refused.status_code == 422
        assert f'id="f-{next(iter(wrong))}-error"' in refused.text
        assert "抽样核对。" in refused.text, "what was typed is kept"
    assert (await client.post(f"{page}/sheet", data=typed)).status_code == 303
    await signed_in_client(client, bureau.person_id)
    said = {"statement": "按TC609指标评审，结果如上。", "review_months": "6"}
    assert (await client.post(f"{page}/publish", data=said)).status_code == 303
    client.cookies.clear()
    public = (await client.get(page)).text
    assert "93.50" in public
    assert "抽样核对。" not in public
    listed = await client.get("/datasets", params={"grade": "passed"})
    assert row.title in listed.text
