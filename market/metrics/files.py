"""Label files as they were handed in: archives unpacked within limits, text decoded, errors with their place."""

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _

MIB = 1024 * 1024
MAX_FILES = 5000
MAX_UNPACKED = 512 * MIB
MAX_RATIO = 200  # of unpacked to packed bytes; label files stay far below, bombs far above
_SUFFIXES = (
    ".nii.gz", ".textgrid", ".jsonl", ".json", ".conll", ".bioes", ".bio", ".iob", ".xml", ".txt",
    ".csv", ".tsv", ".nii", ".dcm", ".zip", ".jpeg", ".jpg", ".png", ".bmp", ".tiff", ".tif",
    ".webp", ".wav", ".mp3", ".flac", ".m4a", ".mp4", ".pcd", ".bin", ".md", ".names",
)  # fmt: skip


class LabelFileInvalid(InvalidInput):
    """A label file breaks a rule of its format; the sentence names file, line and rule."""

    title = "A label file is not as its format demands"


@dataclass(frozen=True, slots=True)
class LabelFile:
    """A file by the name it was handed in under."""

    name: str
    content: bytes

    @property
    def stem(self) -> str:
        """The name without folders and known suffixes: what pairs a label with its item."""
        return item_key(self.name)

    @property
    def suffix(self) -> str:
        """The last known suffix, in small letters; empty when there is none."""
        name = self.name.lower()
        return next((suffix for suffix in _SUFFIXES if name.endswith(suffix)), "")

    def text(self) -> str:
        """The content as text: UTF-8, or UTF-16 with its mark as Praat writes it."""
        is_wide = self.content[:2] in (b"\xff\xfe", b"\xfe\xff")
        try:
            return self.content.decode("utf-16" if is_wide else "utf-8-sig")
        except UnicodeDecodeError as exc:
            line = self.content.count(b"\n", 0, exc.start) + 1
            raise wrong(self.name, _("the text is not UTF-8"), line=line) from None


def item_key(name: str) -> str:
    """The item a file or an id stands for: "a/img1.JPG" and "img1" are the same item."""
    bare = PurePosixPath(name.replace("\\", "/")).name.strip()
    lowered = bare.lower()
    for suffix in _SUFFIXES:
        if lowered.endswith(suffix) and len(bare) > len(suffix):
            return bare[: -len(suffix)]
    return bare


def wrong(name: str, why: str, *, line: int = 0, column: int = 0) -> LabelFileInvalid:
    """The refusal of a file: where, and which rule."""
    if column:
        return LabelFileInvalid(
            _("%(file)s, line %(line)s, column %(column)s: %(why)s",
              file=name, line=line, column=column, why=why)
        )  # fmt: skip
    if line:
        return LabelFileInvalid(
            _("%(file)s, line %(line)s: %(why)s", file=name, line=line, why=why)
        )
    return LabelFileInvalid(_("%(file)s: %(why)s", file=name, why=why))


def unpacked(files: Iterable[LabelFile]) -> list[LabelFile]:
    """The files, each archive replaced by its members; one level deep, within the limits above."""
    found: list[LabelFile] = []
    for file in files:
        is_archive = file.suffix == ".zip" or file.content[:4] == b"PK\x03\x04"
        found += _members(file) if is_archive else [file]
        if len(found) > MAX_FILES:
            raise LabelFileInvalid(_("At most %(count)s label files at once", count=MAX_FILES))
    return found


def _members(file: LabelFile) -> list[LabelFile]:
    try:
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            entries = [entry for entry in archive.infolist() if _is_wanted(entry)]
            _check_sizes(file, entries)
            return [LabelFile(entry.filename, _read(archive, entry)) for entry in entries]
    except LabelFileInvalid:
        raise
    except Exception:  # what a damaged archive makes zipfile raise is open
        raise wrong(file.name, _("the archive is damaged or encrypted")) from None


def _is_wanted(entry: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts if part != "..")
    return not entry.is_dir() and not hidden


def _check_sizes(file: LabelFile, entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_FILES:
        raise wrong(file.name, _("the archive holds more than %(count)s files", count=MAX_FILES))
    for entry in entries:
        parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
        if ".." in parts or entry.filename.startswith(("/", "\\")) or ":" in parts[0]:
            raise wrong(file.name, _("%(entry)s leads out of the archive", entry=entry.filename))
        if entry.filename.lower().endswith(".zip"):
            raise wrong(file.name, _("an archive inside the archive is not read"))
    whole = sum(entry.file_size for entry in entries)
    packed = max(sum(entry.compress_size for entry in entries), 1)
    if whole > MAX_UNPACKED or (whole > MIB and whole / packed > MAX_RATIO):
        raise wrong(file.name, _("the archive unpacks to more than is allowed"))


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as stream:
        content = stream.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise zipfile.BadZipFile("the entry is not as long as the directory says")
    return content
