"""What site.yml left on the hosts, seen by testinfra: with other eyes than omlib's own."""

from typing import Any


def test_the_application_has_its_account_and_its_file(host: Any) -> None:
    account, conf = host.user("appsvc"), host.file("/srv/app/app.conf")
    assert (account.uid, account.shell) == (2001, "/usr/sbin/nologin")
    with host.sudo():
        assert (conf.user, conf.group, conf.mode) == ("root", "app", 0o640)
        assert "由统一运维中心管理" in conf.content_string


def test_cron_runs_where_it_is_declared_to_run(host: Any) -> None:
    on = host.backend.get_pytest_id().endswith("srv1")
    cron = host.service("cron")
    assert (cron.is_running, cron.is_enabled) == (on, on)
    assert host.file("/etc/cron.d/app-report").contains("appsvc")
