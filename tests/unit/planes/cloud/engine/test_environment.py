import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.errors import BackendError


def test_everything_lies_beside_the_records_of_the_inventory(home: StateHome) -> None:
    inside = home.root / ".omlib" / "pulumi"
    assert home.folder == inside
    assert home.stack_file("a.b.c") == inside / "state/.pulumi/stacks/omlib/a.b.c.json"
    assert home.creates("a.b.c") == inside / "creates/a.b.c.jsonl"
    assert home.queue("a.b.c") == inside / "queue/a.b.c.lock"


def test_the_passphrase_is_made_once_and_for_its_owner_only(home: StateHome) -> None:
    made = home.passphrase.read_text(encoding="ascii")
    home.prepare()
    assert home.passphrase.read_text(encoding="ascii") == made
    assert len(made) >= 40
    assert stat.S_IMODE(home.passphrase.stat().st_mode) == 0o600
    assert [path.name for path in home.folder.glob("passphrase*")] == ["passphrase"]


def test_git_ignores_all_of_it_from_the_first_run_on(home: StateHome) -> None:
    assert (home.root / ".omlib" / ".gitignore").read_text(encoding="ascii") == "*\n"


def test_many_that_prepare_at_once_agree_on_one_passphrase(tmp_path: Path) -> None:
    def prepared(_turn: int) -> str:
        home = StateHome(tmp_path)
        home.prepare()
        return home.passphrase.read_text(encoding="ascii")

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(prepared, range(32)))) == 1


def test_a_run_is_told_no_secret_and_asks_nobody(home: StateHome) -> None:
    env = home.env({"gov-cloud": "change", "b-cloud": "b"}, provider_port=4711)
    secret = home.passphrase.read_text(encoding="ascii")
    assert not any(secret in text for text in env.values())
    assert env["PULUMI_SKIP_UPDATE_CHECK"] == "true"
    assert env["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == "true"
    assert env["PULUMI_DEBUG_PROVIDERS"] == "omcloud:4711"
    assert env["OMCLOUD_PROFILES"] == "b-cloud=b,gov-cloud=change"


def test_a_path_with_blanks_and_signs_stays_one_in_the_backend_url(home: StateHome) -> None:
    assert home.backend_url.startswith("file:///")
    assert " " not in home.backend_url
    assert "#" not in home.backend_url
    assert home.backend == home.folder / "state" / ".pulumi"


def test_the_environment_may_name_another_folder_of_files(
    home: StateHome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path}/other")
    assert home.stack_file("a.b.c") == tmp_path / "other/.pulumi/stacks/omlib/a.b.c.json"


def test_what_a_shell_was_told_for_another_inventory_does_not_count(
    home: StateHome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in StateHome(tmp_path / "another").env({}).items():
        monkeypatch.setenv(name, value)
    assert home.backend == home.folder / "state" / ".pulumi"


@pytest.mark.parametrize("url", ["postgres://u:secret@db/x", "https://api.pulumi.com", "file://~"])
def test_a_backend_that_is_no_folder_is_refused_without_telling_its_login(
    url: str, home: StateHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", url)
    with pytest.raises(BackendError) as refusal:
        _ = home.backend
    assert "secret" not in str(refusal.value)
