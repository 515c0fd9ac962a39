"""`market export ocds`: bring the releases up to date, then write the packages."""

from pathlib import Path

from rich.console import Console
from rich.progress import track

from market.kit import i18n
from market.ocds.packages import write_files
from market.ocds.publishing import publish_release
from market.tendering.models import Job


async def export(out: Path, *, console: Console) -> list[Path]:
    """Files of everything public under `out`."""
    i18n.use_locale(i18n.DEFAULT)
    jobs = await Job.exclude(published_at=None).order_by("id").only("id")
    for job in track(jobs, "releases", console=console, transient=True):
        await publish_release(job.id)
    return await write_files(out)
