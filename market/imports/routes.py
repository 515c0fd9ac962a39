"""The operator's page for importing: upload, the result row by row, templates to fill in."""

import tempfile
from pathlib import Path

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.permissions import require
from market.accounts.states import OrganisationKind
from market.imports.columns import KINDS, kind_label
from market.imports.forms import UploadInput
from market.imports.loading import import_file
from market.imports.reports import ImportReport
from market.imports.sheets import template_workbook
from market.kit import files, web
from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotFound
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.tables import XLSX

OPERATOR = OrganisationKind.OPERATOR
ACCEPTED = {suffix: files.KINDS[suffix] for suffix in (".json", ".xlsx", ".csv")}
MOST = 2000  # records in one request; more than these are the command line's


async def upload(request: Request) -> Response:
    """Choose a file; the answer to a POST is the report, row by row."""
    actor = web.signed_in(request, OPERATOR)
    form = await Form.read(request, UploadInput)
    report = None
    if form.is_valid:
        with form.guard():
            report = await _import(form.upload("file"), form.input.kind, actor)
    return await web.render(
        request, "market/imports/imports_upload.html", form=form, report=report, most=MOST,
        kinds=[(kind, kind_label(kind)) for kind in KINDS],
    )  # fmt: skip


async def _import(file: UploadFile | None, kind: str, actor: Actor) -> ImportReport:
    require(actor, kind=OPERATOR)
    if file is None:
        raise InvalidInput(fields={"file": _("Choose a file")})
    name = files.safe_filename(file.filename or "")
    content = await file.read(files.MAX_BYTES + 1)
    if len(content) > files.MAX_BYTES:
        limit = files.MAX_BYTES // files.MIB
        raise InvalidInput(fields={"file": _("The file is larger than %(limit)s MB", limit=limit)})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        report = await import_file(
            path, kind=kind, by=_importer(actor), most=MOST, show_progress=False
        )
    if report.problem:
        raise InvalidInput(fields={"file": report.problem})
    return report


def _importer(actor: Actor) -> Actor:
    """The platform acting, with the operator's person on record in every entry of the log."""
    return Actor(person_id=actor.person_id, name=f"import:{actor.name}", role="system")


async def template(request: Request) -> Response:
    """The workbook of a kind, to fill in."""
    web.signed_in(request, OPERATOR)
    kind = request.path_params["kind"]
    if kind not in KINDS:
        raise NotFound(_("There is no such entry"))
    headers = {"content-disposition": f'attachment; filename="{kind}.xlsx"'}
    return Response(template_workbook(kind), media_type=XLSX, headers=headers)


routes = [
    Route("/operator/imports", upload, name="imports:upload", methods=["GET", "POST"]),
    Route("/operator/imports/{kind}.xlsx", template, name="imports:template"),
]
