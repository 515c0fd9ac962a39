"""Loading records from files: JSON, XLSX and CSV, through the verbs, idempotent by their ids."""

from market.imports.loading import import_file
from market.imports.reports import ImportReport
from market.imports.sheets import template_workbook

__all__ = ["ImportReport", "import_file", "template_workbook"]
