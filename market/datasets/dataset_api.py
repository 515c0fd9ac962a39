"""Datasets on offer and their ratings in the JSON API; the same verbs as the pages."""

from market.datasets import dataset_access, offering, ratings
from market.datasets.dataset_forms import AssignInput, DatasetInput, PublishInput, SheetInput
from market.datasets.dataset_schemas import DatasetOut, DatasetQuery, RatingOut
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.paging import CursorPage, CursorQuery, cursor_page

TAG, WRITE = "Datasets", "datasets:write"


@operation("GET", "/datasets", summary="Datasets on offer", tag=TAG, public=True,
           query=DatasetQuery, returns=CursorPage[DatasetOut])  # fmt: skip
async def list_datasets(call: Call[Nothing, DatasetQuery]) -> CursorPage[DatasetOut]:
    """The newest first."""
    asked = call.query.model_dump(mode="json", exclude={"limit", "after"}, exclude_none=True)
    query = dataset_access.narrowed(dataset_access.listed(), asked)
    rows, onward = await cursor_page(query, call.query)
    return CursorPage[DatasetOut](items=[DatasetOut.of(row) for row in rows], next=onward)


@operation("GET", "/datasets/{number}", summary="A dataset on offer", tag=TAG, public=True,
           returns=DatasetOut)  # fmt: skip
async def show_dataset(call: Call[Nothing, Nothing]) -> DatasetOut:
    """A listed one, or one's own."""
    return DatasetOut.of(await dataset_access.dataset_to_see(call.actor, call.path("number")))


@operation("POST", "/datasets", summary="Draft a dataset", tag=TAG, body=DatasetInput,
           returns=DatasetOut, status=201, scope=WRITE)  # fmt: skip
async def write_dataset(call: Call[DatasetInput, Nothing]) -> DatasetOut:
    """Publish it with the publication."""
    row = await offering.save_dataset(call.body, by=call.actor)
    return DatasetOut.of(await dataset_access.own_dataset(call.actor, row.number))


@operation("PUT", "/datasets/{number}", summary="Change a dataset", tag=TAG, body=DatasetInput,
           returns=DatasetOut, scope=WRITE)  # fmt: skip
async def change_dataset(call: Call[DatasetInput, Nothing]) -> DatasetOut:
    """A listed one keeps obeying the rules of its mode."""
    row = await dataset_access.own_dataset(call.actor, call.path("number"))
    await offering.save_dataset(call.body, row=row, by=call.actor)
    return DatasetOut.of(await dataset_access.own_dataset(call.actor, row.number))


@operation("POST", "/datasets/{number}/publication", summary="List a dataset", tag=TAG,
           returns=DatasetOut, scope=WRITE)  # fmt: skip
async def list_dataset(call: Call[Nothing, Nothing]) -> DatasetOut:
    """422 names what the mode still asks for."""
    row = await dataset_access.own_dataset(call.actor, call.path("number"))
    await offering.list_dataset(row, by=call.actor)
    return DatasetOut.of(await dataset_access.own_dataset(call.actor, row.number))


@operation("POST", "/datasets/{number}/withdrawal", summary="Take a dataset off the list", tag=TAG,
           returns=DatasetOut, scope=WRITE)  # fmt: skip
async def withdraw_dataset(call: Call[Nothing, Nothing]) -> DatasetOut:
    """Its ratings stay on record."""
    row = await dataset_access.own_dataset(call.actor, call.path("number"))
    await offering.withdraw_dataset(row, by=call.actor)
    return DatasetOut.of(await dataset_access.own_dataset(call.actor, row.number))


@operation("GET", "/dataset-ratings", summary="Ratings of datasets", tag=TAG, public=True,
           query=CursorQuery, returns=CursorPage[RatingOut])  # fmt: skip
async def list_ratings(call: Call[Nothing, CursorQuery]) -> CursorPage[RatingOut]:
    """Published ones; one's own and a bureau's region's in every status."""
    rows, onward = await cursor_page(dataset_access.ratings_to_see(call.actor), call.query)
    return CursorPage[RatingOut](items=[RatingOut.of(row) for row in rows], next=onward)


@operation("POST", "/datasets/{number}/ratings", summary="Ask for a rating", tag=TAG,
           returns=RatingOut, status=201, scope=WRITE)  # fmt: skip
async def request_rating(call: Call[Nothing, Nothing]) -> RatingOut:
    """Of one's own listed dataset."""
    row = await dataset_access.own_dataset(call.actor, call.path("number"))
    made = await ratings.request_rating(row, by=call.actor)
    return RatingOut.of(await dataset_access.own_rating(call.actor, made.number))


@operation("POST", "/dataset-ratings/{number}/reviewers", summary="Name the reviewers", tag=TAG,
           body=AssignInput, returns=RatingOut, scope="bureau:write")  # fmt: skip
async def assign_reviewers(call: Call[AssignInput, Nothing]) -> RatingOut:
    """People with an account here, none of the owner's."""
    row = await dataset_access.rating_to_decide(call.actor, call.path("number"))
    await ratings.assign_reviewers(row, call.body, by=call.actor)
    return RatingOut.of(await dataset_access.rating_to_decide(call.actor, row.number))


@operation("POST", "/dataset-ratings/{number}/sheet", summary="Hand in your sheet", tag=TAG,
           body=SheetInput, scope=WRITE)  # fmt: skip
async def hand_in_sheet(call: Call[SheetInput, Nothing]) -> None:
    """Points and evidence for all seventeen indicators; once."""
    sheet = await dataset_access.own_sheet(call.actor, call.path("number"))
    await ratings.hand_in_sheet(sheet, call.body, by=call.actor)


@operation("POST", "/dataset-ratings/{number}/publication", summary="Publish a rating", tag=TAG,
           body=PublishInput, returns=RatingOut, scope="bureau:write")  # fmt: skip
async def publish_rating(call: Call[PublishInput, Nothing]) -> RatingOut:
    """When every sheet is in."""
    row = await dataset_access.rating_to_decide(call.actor, call.path("number"))
    await ratings.publish_rating(row, call.body, by=call.actor)
    return RatingOut.of(await dataset_access.rating_to_decide(call.actor, row.number))


operations: list[Operation] = [
    list_datasets, show_dataset, write_dataset, change_dataset, list_dataset, withdraw_dataset,
    list_ratings, request_rating, assign_reviewers, hand_in_sheet, publish_rating,
]  # fmt: skip
