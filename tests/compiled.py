"""What is compiled is kept: modules and templates are the same in every worker and every process of a run."""

import hashlib
import os
import sys
from pathlib import Path

import jinja2


def keep_modules() -> None:
    """Also where the environment says otherwise, as images of Python do."""
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def keep_templates() -> None:
    """In a folder of this Jinja and of these options; nobody edits a template during a run."""
    from market.kit import web

    made_by = Path(web.__file__).read_bytes() + jinja2.__version__.encode()
    name = f"templates-{hashlib.sha256(made_by).hexdigest()[:12]}"
    folder = Path(__file__).parents[1] / ".pytest_cache" / name
    folder.mkdir(parents=True, exist_ok=True)
    web.environment.bytecode_cache = jinja2.FileSystemBytecodeCache(str(folder))
    web.environment.auto_reload = False
