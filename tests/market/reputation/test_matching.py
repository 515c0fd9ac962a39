"""Matching reads the figures that the supplier's own page shows."""

from uuid import uuid4

import pytest

from market.directory.models import SupplierProfile
from market.kit import clock
from market.reputation.figures import Case, observe
from market.reputation.models import Figure
from market.reputation.states import Measure
from search import sources
from search.matching import _first_inspection, _punctuality
from tests.factories.directory import make_supplier

pytestmark = pytest.mark.usefixtures("rollback")


async def test_a_supplier_is_ranked_by_its_shrunk_figures() -> None:
    profile = await make_supplier()
    await SupplierProfile.filter(id=profile.id).update(quality={})
    case = Case(uuid4(), True, "PO-1", "PO-1", "医学影像", clock.now())
    await observe(profile.organisation_id, Measure.ON_TIME, case)
    await observe(profile.organisation_id, Measure.FIRST_INSPECTION, case)
    figures = {row.measure: row.mean_bp for row in await Figure.all()}
    (document,) = await sources.supplier_documents(SupplierProfile.filter(id=profile.id))
    assert document["quality"] == {"on_time": 0.9167, "first_inspection": 0.875, "records": 1.0}
    assert await sources.documents_between("suppliers", profile.id, profile.id) == [document]
    assert figures == {Measure.ON_TIME: 9167, Measure.FIRST_INSPECTION: 8750}
    punctual, accepted = _punctuality(document), _first_inspection(document)
    assert (punctual.value, accepted.value) == (0.9167, 0.875)
    assert accepted.reason is not None
    assert accepted.reason.params == {"n": "87.5"}


async def test_a_firm_without_a_case_is_neither_praised_nor_blamed() -> None:
    profile = await make_supplier()
    await SupplierProfile.filter(id=profile.id).update(quality={})
    (document,) = await sources.supplier_documents(SupplierProfile.filter(id=profile.id))
    assert document["quality"] == {}
    assert (_punctuality(document).value, _first_inspection(document).value) == (0.5, 0.5)
