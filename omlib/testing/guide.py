"""A document carried out as its reader would, and held to what is really printed.

Its blocks are files (`# NAME` stands first in each; `, added` puts the text at the end of what is
there) and commands with what they print (`$ ...`, `# exit code N`). `<!-- then: WORDS -->` before a
block says what people do meanwhile. `…` stands for what the document leaves out.
"""

import ipaddress
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

LEFT_OUT = "…"
_BLOCK = re.compile(
    r"(?:<!-- then: (?P<then>[\w ]+) -->\n)?```(?P<kind>\w*)\n(?P<body>.*?)```\n", re.S
)
_HEAD = r"# (?:\w[\w./-]*\.(?:yml|py|j2))(?:, added)?\n"
_FILE = re.compile(
    r"^# (?P<name>\w[\w./-]*\.(?:yml|py|j2))(?P<added>, added)?\n"
    rf"(?P<text>(?:(?!{_HEAD}|```).*\n)*)",
    re.M,
)
_EXIT = re.compile(r"\s+# exit code (\d+)$")
# what is another each time
_ANY = (
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),
    (r"\b[0-9a-f]{32}\b", "USER"),
    (r"\b\d{8}T\d{6}Z-[0-9a-f]{4}\b", "RUN"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?", "TIME"),
    (r"\b\d+(\.\d+)? ?s(?=\)|$| =)", "SECONDS"),
)
_CUT_ID = re.compile(r"[0-9a-f-]{8,}…")
_SEEN, _ENDED = "@seen@", "@ended@"
_KEPT = ("HOME", "LANG", "OMLIB_PULUMI", "PYTHONPATH", "XDG_CACHE_HOME")


@dataclass(frozen=True, slots=True)
class File:
    name: str
    text: str
    added: bool


def files_of(text: str) -> Iterator[File]:
    """The files that a document, or one block of it, tells its reader to write."""
    for found in _FILE.finditer(text):
        yield File(found["name"], found["text"], bool(found["added"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who does what a document says, in a shell, in *root*.

    *places* are paths as the document has them and as they are here; *moved* the network of its
    addresses, and the one that stands for it; *env* what the reader has set besides.
    """

    root: Path
    places: Mapping[str, Path]
    moved: tuple[ipaddress.IPv4Network, ipaddress.IPv4Network]
    env: Mapping[str, str]

    def read(self, text: str, hands: Mapping[str, Callable[[], object]]) -> None:
        """Carry out every block of *text*; *hands* do what people do, by its words."""
        blocks = list(_BLOCK.finditer(text))
        assert text.count("```") == 2 * len(blocks)
        for block in blocks:
            if block["then"]:
                hands[block["then"]]()
            if block["kind"] == "console":
                self.carry_out(block["body"])
            else:
                self.write(block["body"])

    def write(self, body: str) -> None:
        files = list(files_of(body))
        assert files, body
        for file in files:
            path = self.root / file.name
            path.parent.mkdir(exist_ok=True)
            with path.open("a" if file.added else "w", encoding="utf-8") as opened:
                opened.write(_addresses(file.text, *self.moved))
        self._shell("git init -q; git add -A; git -c user.name=a -c user.email=a@b commit -qm a")

    def carry_out(self, body: str) -> None:
        told = [step.partition("\n") for step in re.split(r"^\$ ", body, flags=re.M)[1:]]
        script = "\n".join(
            f"{_EXIT.sub('', command)}\necho {_ENDED}$?; echo {_SEEN}" for command, _, _ in told
        )
        answers = self._shell(script).split(f"{_SEEN}\n")
        for (command, _, shown), answer in zip(told, answers, strict=False):
            printed, _, code = answer.rpartition(_ENDED)
            wanted = _EXIT.search(command)
            assert code.strip() == (wanted[1] if wanted else "0"), (command, printed)
            assert_printed(shown, _addresses(printed, *reversed(self.moved)))

    def _shell(self, script: str) -> str:
        for shown, real in self.places.items():
            script = script.replace(shown, str(real))
        env = {name: os.environ[name] for name in _KEPT if name in os.environ}
        env["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.root,
            env={**env, "OMLIB_LANG": "en", **self.env},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        sys.stderr.write(done.stderr)  # shown where a test fails
        return done.stdout


def assert_printed(shown: str, printed: str) -> None:
    """That *printed* is what the document shows, but for what it says it leaves out."""
    lines, told = _plain(shown), "\n".join([*_plain(printed), ""])
    for count in range(1, len(lines) + 1):  # by and by: the first line that does not fit is named
        pattern = "".join(map(_as_pattern, lines[:count]))
        assert re.match(pattern, told), f"{lines[count - 1]!r} is not in\n{printed}"
    assert re.fullmatch("".join(map(_as_pattern, lines)), told), f"more was printed:\n{printed}"


def _plain(text: str) -> list[str]:
    """Its lines without what is another each time; how columns are filled plays no part."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    for pattern, name in _ANY:
        lines = [re.sub(pattern, name, line) for line in lines]
    return [line for line in lines if line]


def _as_pattern(line: str) -> str:
    if line == LEFT_OUT:
        return r"(?:.*\n)*?"
    return ".*".join(map(re.escape, _CUT_ID.sub(LEFT_OUT, line).split(LEFT_OUT))) + r"\n"


def _addresses(text: str, old: ipaddress.IPv4Network, new: ipaddress.IPv4Network) -> str:
    def moved(found: "re.Match[str]") -> str:
        address = ipaddress.ip_address(found[0])
        if address not in old:
            return found[0]
        return str(new.network_address + (int(address) - int(old.network_address)))

    return re.sub(r"\b\d+\.\d+\.\d+\.\d+\b", moved, text)
