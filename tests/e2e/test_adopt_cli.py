"""`omlib adopt` from the command line, where no engine and no cloud is needed to answer."""

import subprocess
import sys
from pathlib import Path

CALL = [sys.executable, "-c", "from omlib.cli.main import run; run()", "adopt"]
BOOKS = {
    "estate.yml": "schema: 1\nname: 演示市\ntimezone: Asia/Shanghai\n",
    "departments.yml": "departments: [{id: hrss, name: 人社局}]\n",
}


def adopt(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    for name, text in BOOKS.items():
        (root / name).write_text(text, encoding="utf-8")
    call = [*CALL, *words, "-i", str(root)]
    return subprocess.run(call, capture_output=True, text=True, check=False)


def test_help_tells_the_exit_codes_and_examples(tmp_path: Path) -> None:
    told = adopt(tmp_path, "--help")
    assert told.returncode == 0
    for word in ("--dry-run", "--accept-live", "--new", "--min-score", "omlib adopt hrss-pay"):
        assert word in told.stdout


def test_a_name_that_nothing_has_is_a_bad_command_line(tmp_path: Path) -> None:
    for name in ("nobody", "cloud/server/nobody", "not/a/ref/at/all"):
        told = adopt(tmp_path, name, "--lang", "zh")
        assert told.returncode == 64
        assert name in told.stderr


def test_without_clouds_there_is_nothing_to_adopt(tmp_path: Path) -> None:
    told = adopt(tmp_path, "--lang", "zh")
    assert told.returncode == 0, told.stderr
    assert "均已纳管" in told.stdout
