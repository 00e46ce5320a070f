"""Change values of an inventory file, or add records to it, and not one line more.

The file's own text is kept but for the places of the changes, so comments, order, quotes, anchors
and line ends stay by construction; new text is written in the style of its siblings. The result is
read again and must say exactly what was meant, else nothing is written.
"""

import os
import tempfile
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from omlib.inventory.yaml_edit import (
    Append,
    Edit,
    Pointer,
    Put,
    WriteBackError,
    Writer,
    refusal,
)
from omlib.inventory.yaml_read import read_yaml
from omlib.inventory.yaml_splice import spliced

__all__ = ["Append", "Edit", "Pointer", "Put", "WriteBackError", "edited", "set_value"]

BOM = b"\xef\xbb\xbf"


def set_value(path: Path, pointer: Pointer, value: object) -> None:
    """Set what *pointer* names; a last part that is not there yet is added.

    A pointer is keys and list indexes; the index after a list's last element appends. Refused
    where the value is shared through an alias, as that would change other records too.
    """
    data = path.read_bytes()
    replace_file(path, edited(data, [Put(pointer, value)], str(path)))


def edited(data: bytes, edits: Sequence[Edit], file: str = "") -> bytes:
    """A file's bytes with *edits* made; a byte order mark stays. Raises WriteBackError."""
    bom = BOM if data.startswith(BOM) else b""
    return bom + edited_text(data[len(bom) :].decode("utf-8"), edits, file).encode("utf-8")


def changed_text(text: str, pointer: Pointer, value: object, file: str = "") -> str:
    """*text* with one value set; raises WriteBackError."""
    return edited_text(text, [Put(pointer, value)], file)


def edited_text(text: str, edits: Sequence[Edit], file: str = "") -> str:
    """*text* with *edits* made, each as on the text before; raises WriteBackError."""
    before = read_yaml(text)
    if before.faults or not all(edit.pointer for edit in edits):
        raise refusal(file, edits[0].pointer if edits else (), "unsound")
    writer = Writer(text, file)
    # where a record and the last thing in it both get a field, the inner one's comes first
    for edit in sorted(edits, key=lambda edit: -len(edit.pointer)):
        writer.take(edit)
    changed = spliced(text, writer.splices)
    after = read_yaml(changed)
    if after.faults or after.value != _with(before.value, edits):
        raise refusal(file, edits[0].pointer, "not_faithful")
    return changed


def _with(value: Any, edits: Sequence[Edit]) -> Any:
    changed = deepcopy(value)
    for edit in edits:
        if isinstance(edit, Append) and len(edit.pointer) == 1:
            changed = {} if changed is None else changed
            name = edit.pointer[0]
            changed[name] = [*(changed.get(name) or ()), _listed(edit.value)]
            continue
        *above, last = edit.pointer
        holder = changed
        for part in above:
            holder = holder[part]
        if isinstance(edit, Append):
            holder[last] = [*(holder.get(last) or ()), _listed(edit.value)]
        elif isinstance(holder, list) and last == len(holder):
            holder.append(_listed(edit.value))
        else:
            holder[last] = _listed(edit.value)
    return changed


def _listed(value: object) -> object:
    """As the reader gives it: lists, never tuples."""
    if isinstance(value, Mapping):
        return {name: _listed(one) for name, one in value.items()}
    return [_listed(one) for one in value] if isinstance(value, list | tuple) else value


def replace_file(path: Path, data: bytes) -> None:
    """All or nothing, also when the machine stops half-way; rights are kept."""
    mode = path.stat().st_mode if path.exists() else 0o644
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as new:
        try:
            new.write(data)
            new.flush()
            os.fsync(new.fileno())
            Path(new.name).chmod(mode)
            Path(new.name).replace(path)
        except BaseException:
            Path(new.name).unlink(missing_ok=True)
            raise
