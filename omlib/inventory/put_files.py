"""Write amended files into an inventory, or into a copy of it that can be looked at first."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from omlib.errors import RefusedError
from omlib.inventory.amend import Rewrite
from omlib.inventory.writeback import replace_file


class MovedFileError(RefusedError):
    """A file of the inventory changed since it was read. Nothing was written. Facts: file."""

    code = "inventory_moved"
    retryable = True


def put_files(root: Path, files: Mapping[str, Rewrite]) -> None:
    """Write *files*, each whole or not at all, after a look that all are as they were read.

    Cut short in between, the rest is written when it is done again: each file is right by itself.
    """
    for name, rewrite in files.items():
        path = root / name
        if (path.read_bytes() if path.exists() else None) != rewrite.before:
            raise MovedFileError(file=name)
    for name, rewrite in files.items():
        replace_file((root / name).resolve(), rewrite.after)


@contextmanager
def copy_with(root: Path, files: Mapping[str, Rewrite]) -> Iterator[Path]:
    """A copy of the inventory as it would be; gone afterwards. What is hidden is not copied."""
    with TemporaryDirectory(prefix="omlib-") as folder:
        copy = Path(folder) / "inventory"
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns(".*"))
        for name, rewrite in files.items():
            replace_file(copy / name, rewrite.after)
        yield copy
