"""Rules of the house that a machine can check: sizes, templates, translations, schema, documentation."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import nodes
from tortoise import Tortoise
from tortoise.context import get_current_context
from tortoise.fields import OnDelete
from tortoise.migrations.autodetector import MigrationAutodetector

from market.kit import db, i18n, web
from market.kit.statuses import STATUS_TONES
from market.settings import ROOT, Settings

PACKAGES = ("market", "billing", "search")
SOURCES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
)
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.*") if path.is_file())
HTML = [path for path in TEMPLATES if path.suffix == ".html"]


@cache
def parsed(path: Path) -> ast.Module:
    """A source as its tree, which several rules look at."""
    return ast.parse(path.read_text())


def named(path: Path) -> str:
    """A readable test id."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 400, "split by verb family"
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < 60, f"{node.name} is too long"


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_modules_and_public_functions_say_what_they_are(path: Path) -> None:
    tree = parsed(path)
    assert ast.get_docstring(tree), "the module has no docstring"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            assert node.name.startswith("_") or ast.get_docstring(node), (
                f"{node.name}: no docstring"
            )


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_templates_compile(path: Path) -> None:
    web.environment.get_template(str(path.relative_to(ROOT / "templates")))


@pytest.mark.parametrize("path", HTML, ids=named)
def test_pages_obey_the_content_security_policy(path: Path) -> None:
    if "email" in path.parts:
        return
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text), "inline style"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "inline event handler"
    assert not re.search(r"<script(?![^>]*\ssrc=)", text), "inline script"
    assert not re.search(r"(?:src|href)=[\"']https?://(?!www\.w3\.org)", text), "foreign asset"


@cache
def _python_msgids() -> set[str]:
    return {
        call.args[0].value
        for path in SOURCES
        for call in ast.walk(parsed(path))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in ("_", "N_", "gettext")
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


@cache
def _template_msgids() -> set[str]:
    found = set()
    for path in TEMPLATES:
        tree = web.environment.parse(path.read_text())
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "_" and call.args:
                first = call.args[0]
                if isinstance(first, nodes.Const) and isinstance(first.value, str):
                    found.add(first.value)
    return found


def test_no_text_is_untranslated() -> None:
    chinese = i18n.translations("zh_CN")
    labels = {tone.label for tone in STATUS_TONES.values()}
    missing = {
        msgid
        for msgid in _python_msgids() | _template_msgids() | labels
        if msgid and chinese.gettext(msgid) == msgid and re.search(r"[A-Za-z]{3}", msgid)
    }
    allowed = {"API", "English", "USCC", "TOTP"}
    assert missing - allowed == set()


def test_a_text_has_one_translation() -> None:
    """The catalogues are merged: of two different translations the last file would win unseen."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted((i18n.LOCALES / "zh_CN").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_CN"):
                if message.id and message.string:
                    found.setdefault(str(message.id), {})[path.name] = str(message.string)
    assert {key: texts for key, texts in found.items() if len(set(texts.values())) > 1} == {}


def test_translations_keep_their_parameters() -> None:
    chinese = i18n.translations("zh_CN")
    for msgid in _python_msgids() | _template_msgids():
        named_in = sorted(re.findall(r"%\((\w+)\)", msgid))
        assert sorted(set(re.findall(r"%\((\w+)\)", chinese.gettext(msgid)))) == sorted(
            set(named_in)
        ), msgid


async def test_the_migrations_make_the_models(database: None) -> None:
    context = get_current_context()
    assert context is not None
    assert context.apps is not None
    apps = db.tortoise_config()["apps"]
    assert await MigrationAutodetector(context.apps, apps).changes() == []


async def test_only_dependent_parts_are_deleted_with_their_whole(database: None) -> None:
    cascading = {
        f"{model.__name__}.{name}"
        for model in Tortoise.apps["models"].values()
        for name in model._meta.fk_fields | model._meta.o2o_fields
        if model._meta.fields_map[name].on_delete == OnDelete.CASCADE
    }
    assert cascading == {
        "ApiToken.membership",
        "CapabilityPrice.profile",
        "DailyCapacity.profile",
        "JobFavourite.job",
        "JobFavourite.organisation",
        "Session.person",
    }


def test_every_setting_is_documented() -> None:
    deployment = (ROOT / "docs" / "deployment.md").read_text()
    example = (ROOT / ".env.example").read_text()
    for name in Settings.model_fields:
        assert f"`{name.upper()}`" in deployment, name
    assert "SECRET_KEY" in example


@pytest.mark.parametrize(
    "path", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))], ids=named
)
def test_documents_point_to_things_that_exist(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
        assert (path.parent / target).exists(), target
