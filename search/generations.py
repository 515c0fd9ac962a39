"""Index directories on disk: a pointer file names the generation in use, a lock file the one writer."""

from __future__ import annotations

import fcntl
import json
import shutil
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

_META, _MANAGED = "meta.json", ".managed.json"


class Generations:
    """Generation directories under one root, shared by every process on the machine.

    Pointers change by atomic rename, so a reader sees the old index or the new one, never half.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._threads = threading.Lock()
        root.mkdir(parents=True, exist_ok=True)

    def path(self, name: str) -> Path | None:
        """The directory in use for an index; None when there is none."""
        try:
            return self.root / self._pointer(name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def fresh(self, name: str) -> Path:
        """A new empty directory for the index, not yet in use."""
        path = self.root / f"{name}.{uuid.uuid4().hex[:12]}"
        path.mkdir()
        return path

    def use(self, name: str, path: Path) -> None:
        """Make the directory the one in use."""
        pointer = self.root / f"{name}.{uuid.uuid4().hex[:12]}.pointer"
        pointer.write_text(path.name, encoding="utf-8")
        pointer.replace(self._pointer(name))

    def remove(self, path: Path | None) -> None:
        """Delete a directory no longer in use; readers that hold it open keep their files."""
        if path is not None:
            shutil.rmtree(path, ignore_errors=True)

    def forget(self, name: str) -> None:
        """Drop the pointer and the directory."""
        path = self.path(name)
        self._pointer(name).unlink(missing_ok=True)
        self.remove(path)

    @contextmanager
    def writing(self, *names: str) -> Iterator[None]:
        """Hold the writer locks, in name order; the kernel frees them should this process die."""
        with self._threads, ExitStack() as held:
            for name in sorted(set(names)):
                handle = held.enter_context((self.root / f"{name}.lock").open("w"))
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _pointer(self, name: str) -> Path:
        return self.root / f"{name}.current"


def put_together(target: Path, parts: Sequence[Path]) -> None:
    """Move the segments of indexes of the same schema into one; readers see all of them at once.

    A tantivy index is its segment files and meta.json, which lists them. Its merge of indexes does
    the same and then rewrites every segment; the files of a segment bear its random name.
    """
    meta, files = _read(target / _META), set(_read(target / _MANAGED))
    for part in parts:
        other = _read(part / _META)
        if other["schema"] != meta["schema"]:
            raise ValueError(f"{part} is an index of another schema")
        for name in set(_read(part / _MANAGED)) - {_META}:
            if (part / name).exists():
                shutil.move(part / name, target / name)
                files.add(name)
        meta["segments"] += other["segments"]
        meta["opstamp"] = max(meta["opstamp"], other["opstamp"])
    _replace(target / _MANAGED, sorted(files))
    _replace(target / _META, meta)


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _replace(path: Path, content: Any) -> None:
    aside = path.with_name(f"{path.name}.{uuid.uuid4().hex[:12]}")
    aside.write_text(json.dumps(content), encoding="utf-8")
    aside.replace(path)
