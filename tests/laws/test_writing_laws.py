"""A thousand random additions and changes: read back exactly, and every other byte as it was."""

import random
from collections.abc import Iterator

import pytest

from omlib.inventory.writeback import Append, Edit, Put, edited
from omlib.inventory.yaml_read import read_yaml

ROUNDS = 1000
WORDS = [
    "web",
    "数据库",
    "a b",
    "0644",
    "no",
    "12:30",
    "ingress tcp 443 198.18.0.0/20",
    "it's",
    "#x",
]
WORDS += ['say "hi"', "::/0", "group:web", "- a", "a: b", "", "换\n行", "x" * 90, "{", "null", "~"]


def test_random_changes_touch_only_what_they_mean() -> None:
    for seed in range(ROUNDS):
        dice = random.Random(seed)
        newline = dice.choice(["\n", "\n", "\r\n"])
        text = newline.join(_file(dice))
        data = (b"\xef\xbb\xbf" if dice.random() < 0.2 else b"") + text.encode()
        edits = list(_edits(dice, data))
        if b"|+" in data and not data.endswith(b"\n"):
            continue  # a text that counts the line ends after it is refused if it ends the file
        changed = edited(data, edits)
        told = f"seed {seed}\n{data.decode()}\n---\n{changed.decode()}"
        before, after = _value(data), _value(changed)
        for edit in edits:
            _apply(before, edit)
        assert after == before, told
        _only_touched(data.decode(), changed.decode(), edits, told)
        assert changed.count(b"\r\n") == changed.count(b"\n") or newline == "\n", told


def _value(data: bytes) -> dict[str, list[dict[str, object]]]:
    document = read_yaml(data.decode("utf-8-sig"))
    assert not document.faults
    held = document.value or {}
    assert isinstance(held, dict)
    return {name: records or [] for name, records in held.items()}


def _apply(value: dict[str, list[dict[str, object]]], edit: Edit) -> None:
    if isinstance(edit, Append):
        value.setdefault(str(edit.pointer[0]), []).append(dict(edit.value))
        return
    holder: object = value
    for part in edit.pointer[:-1]:
        holder = holder[part]  # type: ignore[index]
    holder[edit.pointer[-1]] = edit.value  # type: ignore[index]


def _only_touched(before: str, after: str, edits: list[Edit], told: str) -> None:
    """Comments and records that no edit names are there, in their order, byte for byte."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    gone = list(_gone(old, new))
    puts = sum(isinstance(edit, Put) for edit in edits)
    flow = any(line.lstrip(" -").startswith(("{", "vms: [", "vms: {")) for line in old)
    at_end = not before.endswith("\n")  # the last line gets an end
    empty = any(line.startswith(("vms: []", "vms: ~")) for line in old)
    assert len(gone) <= puts + flow * len(edits) + at_end + empty, told
    assert _comments(old) == _comments(new), told


def _comments(lines: list[str]) -> list[str]:
    return [line.rstrip("\r\n") for line in lines if line.lstrip().startswith("#")]


def _gone(old: list[str], new: list[str]) -> Iterator[str]:
    """Lines of *old* that are not in the longest common sequence with *new*."""
    while old and new and old[0] == new[0]:
        old, new = old[1:], new[1:]
    longest = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            same = old[i] == new[j]
            here = max(longest[i + 1][j], longest[i][j + 1])
            longest[i][j] = longest[i + 1][j + 1] + 1 if same else here
    i = j = 0
    while i < len(old):
        if j < len(new) and old[i] == new[j]:
            i, j = i + 1, j + 1
        elif j < len(new) and longest[i][j + 1] >= longest[i + 1][j]:
            j += 1
        else:
            yield old[i]
            i += 1


def _file(dice: random.Random) -> Iterator[str]:
    yield "# 虚拟机"
    dash = dice.choice(["- ", "  - ", "    - ", "  -   "])
    pad = " " * len(dash)
    shape = dice.choice(["block", "block", "flow", "one line", "empty", "nothing", "absent"])
    if shape == "absent":
        yield ""
        return
    if shape == "one line":
        yield "vms: [{id: a, vcpu: 2}, {id: b, vcpu: 4}] # 两台"
    elif shape == "empty":
        yield dice.choice(["vms: []", "vms: ~", "vms:", "vms: [] # 还没有", "vms:   # 还没有"])
    elif shape == "nothing":
        yield "vms: ["
        yield "  {id: a, vcpu: 2}, # 甲"
        yield "  {id: b, vcpu: 4}" + dice.choice(["", ","])
        yield "]"
    else:
        yield dice.choice(["vms:", "vms: # 列表"])
        base = dice.random() < 0.3
        for number in range(dice.randint(1, 4)):
            if shape == "flow":
                yield f"{dash}{{id: vm-{number}, vcpu: 2}} # 注释 {number}"
                continue
            if number and dice.random() < 0.5:
                yield ""
            quote = dice.choice(["", "", '"', "'"])
            anchor = "&base " if base and not number else ""
            if anchor:
                yield f"{dash}{anchor}"
                yield f"{pad}id: {quote}vm-{number}{quote}"
            else:
                yield f"{dash}id: {quote}vm-{number}{quote}" + dice.choice(["", "   # 编号"])
                if base:
                    yield f"{pad}<<: *base"
            yield f"{pad}vcpu: {dice.choice([2, 4])}"
            if dice.random() < 0.5:
                yield f"{pad}interfaces: [{{network: n, address: 198.18.4.{number}}}]"
            if dice.random() < 0.4:
                yield f"{pad}security_groups:"
                yield f"{pad}  - web # 网站"
            if dice.random() < 0.3:
                yield f"{pad}notes: {dice.choice(['|', '>-', '|+'])}"
                yield f"{pad}  第一行"
                yield f"{pad}  第二行"
            if dice.random() < 0.3:
                yield f"{pad}# power: off"
        if dice.random() < 0.5:
            yield "  # 列表结束"
    if dice.random() < 0.3:
        yield ""
        yield "# 文件结束"
    if dice.random() < 0.8:
        yield ""


def _edits(dice: random.Random, data: bytes) -> Iterator[Edit]:
    held = _value(data).get("vms", [])
    anchored = b"&base" in data
    free = range(1 if anchored else 0, len(held))
    for index in dice.sample(list(free), k=min(len(free), dice.randint(0, 2))):
        for name in dice.sample(["vcpu", "bound_id", "image"], k=dice.randint(1, 2)):
            yield Put(("vms", index, name), 8 if name == "vcpu" else dice.choice(WORDS))
    for number in range(dice.randint(1, 3)):
        yield Append(("vms",), _record(dice, number))


def _record(dice: random.Random, number: int) -> dict[str, object]:
    record: dict[str, object] = {"id": f"new-{number}", "vcpu": dice.choice([2, 4])}
    if dice.random() < 0.5:
        record["image"] = dice.choice(WORDS)
    if dice.random() < 0.5:
        count = dice.randint(0, 2)
        record["interfaces"] = [
            {"network": dice.choice(WORDS), "address": f"198.18.4.{number}"} for _ in range(count)
        ]
    if dice.random() < 0.5:
        record["security_groups"] = dice.sample(WORDS, k=dice.randint(0, 3))
    if dice.random() < 0.2:
        record["metadata"] = {"部门": dice.choice(WORDS), "x": "1"}
    return record


@pytest.mark.parametrize("seed", range(3))
def test_the_same_changes_make_the_same_bytes(seed: int) -> None:
    dice = random.Random(seed)
    data = "\n".join(_file(dice)).encode()
    edits = list(_edits(dice, data))
    assert edited(data, edits) == edited(data, edits)
