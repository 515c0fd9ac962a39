"""Stored files: what no row refers to is swept away after a day, and nothing else."""

import datetime as dt

import obstore
import pytest

from market.directory.models import Certificate
from market.kit import clock, files
from market.kit.actor import Actor
from market.kit.files import StoredFile
from tests.factories import make_organisation

pytestmark = pytest.mark.usefixtures("rollback")
BY = Actor.system("test")


async def test_a_file_without_a_row_goes_after_a_day_and_a_kept_one_stays() -> None:
    kept, orphan = [
        await files.store(name, b"content", by=BY) for name in ("kept.txt", "orphan.txt")
    ]
    await Certificate.create(organisation=await make_organisation(), name="等保三级", file=kept)
    assert await files.sweep_orphans() == 0
    with clock.shifted_by(dt.timedelta(days=1, minutes=1)):
        fresh = await files.store("fresh.txt", b"content", by=BY)
        assert await files.sweep_orphans() == 1
        assert await files.sweep_orphans() == 0
    assert set(await StoredFile.all().values_list("id", flat=True)) == {kept.id, fresh.id}
    assert await files.read(kept) == b"content"
    with pytest.raises(FileNotFoundError):
        await obstore.get_async(files._store(), orphan.key)


def test_every_reference_to_a_file_is_known() -> None:
    known = {f"{model.__name__}.{column}" for model, column in files._references()}
    assert known >= {
        "Certificate.file_id",
        "DeliveryBatch.manifest_file_id",
        "Job.deid_proof_id",
        "Job.guideline_file_id",
        "Organisation.licence_file_id",
    }
