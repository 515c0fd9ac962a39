"""JSON operations of the open data: the feed of releases and the record of a process."""

from market.kit.api import PREFIX, Call, Nothing, Operation, operation
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.ocds import packages
from market.ocds.models import Release
from market.ocds.schemas import FeedQuery, Links, RecordPackageOut, ReleasePackageOut
from market.settings import settings


def _address(path: str) -> str:
    return f"{settings.base_url.rstrip('/')}{PREFIX}{path}"


@operation(
    "GET", "/ocds/releases", summary="Feed of OCDS releases, oldest first", tag="open data",
    query=FeedQuery, returns=ReleasePackageOut, public=True,
)  # fmt: skip
async def releases(call: Call[Nothing, FeedQuery]) -> ReleasePackageOut:
    """Follow `links.next`: in the order of commit, so nothing is missed or seen twice."""
    after, limit = call.query.after, call.query.limit
    found = await packages.releases_after(after, limit)
    last = found[-1].sequence if found else after
    package = packages.release_package(_address(f"/ocds/releases?after={after}"), found)
    onward = _address(f"/ocds/releases?after={last}&limit={limit}")
    return ReleasePackageOut(**package, links=Links(next=onward))


@operation(
    "GET", "/ocds/records/{ocid}", summary="One process as an OCDS record", tag="open data",
    returns=RecordPackageOut, public=True,
)  # fmt: skip
async def record(call: Call[Nothing, Nothing]) -> RecordPackageOut:
    """Every release of the process and their merge."""
    ocid = call.path("ocid")
    found = await Release.filter(ocid=ocid).order_by("sequence")
    if not found:
        raise NotFound(_("This process does not exist"))
    package = packages.record_package(_address(f"/ocds/records/{ocid}"), [packages.record(found)])
    return RecordPackageOut(**package)


operations: list[Operation] = [releases, record]
