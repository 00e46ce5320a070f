"""What omlib's callback replaces before anything leaves Ansible. Needs no Ansible."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from omlib.planes.server.runs.places import shipped

Inside = dict[str, Any]


@pytest.fixture(scope="module")
def inside() -> Iterator[Inside]:
    sys.path.insert(0, str(shipped("plugins")))
    from omlib_in_ansible import diffs, leaning, secrets  # type: ignore[import-not-found]

    yield {"diffs": diffs, "leaning": leaning, "secrets": secrets}
    sys.path.remove(str(shipped("plugins")))


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("db_password", True),
        ("PASSWD", True),
        ("mysql_root_pass", True),
        ("api_token", True),
        ("tls_private_key", True),
        ("client_secret", True),
        ("ansible_become_password", True),
        ("password_min_length", False),
        ("token_url", False),
        ("private_key_path", False),
        ("public_key", False),
        ("ssh_authorized_keys", False),
        ("compass", False),
        ("bypass_proxy", False),
        ("user", False),
        ("PWD", False),
        ("getent_passwd", False),
    ],
)
def test_a_name_tells_whether_its_value_is_a_secret(
    inside: Inside, name: str, secret: bool
) -> None:
    assert inside["secrets"].looks_secret(name) is secret


def test_a_known_secret_is_replaced_in_every_form_it_takes(inside: Inside) -> None:
    known = inside["secrets"].Secrets()
    known.add_named({"app": {"db": {"password": 'p"w $1-canary'}}}, lambda value: value)
    for text in ('x p"w $1-canary', '{"a": "p\\"w $1-canary"}', "cCJ3ICQxLWNhbmFyeQ=="):
        masked = known.masked(text)
        assert "canary" not in masked
        assert "cCJ3" not in masked
        assert "<secret " in masked


def test_words_that_are_in_every_text_are_no_secrets(inside: Inside) -> None:
    known = inside["secrets"].Secrets()
    known.add_named({"password": "no", "secret": "true", "token": ""}, lambda value: value)
    assert known.masked("no, that is true") == "no, that is true"


@pytest.mark.parametrize(
    "text",
    [
        "db_password = canary",
        'password: "canary word"',
        "api-token: canary",
        "root:$6$canary$abcdef:19000:0",
        "postgres://app:canary@db/x",
        "-----BEGIN RSA PRIVATE KEY-----\ncanary\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----\ncanary",
    ],
)
def test_what_looks_like_a_secret_is_hidden_undeclared(inside: Inside, text: str) -> None:
    masked = inside["secrets"].Secrets().masked(text)
    assert "canary" not in masked
    assert inside["secrets"].Secrets().masked(masked) == masked


@pytest.mark.parametrize(
    "text",
    ["PASS_MAX_DAYS 90", "password_min_length = 14", "PasswordAuthentication no", "token_ttl=60"],
)
def test_settings_about_passwords_are_shown(inside: Inside, text: str) -> None:
    assert inside["secrets"].Secrets().masked(text) == text


def test_a_changed_secret_looks_changed_and_an_equal_one_equal(inside: Inside) -> None:
    masked = inside["secrets"].Secrets().masked
    assert masked("password=first-one") == masked("password=first-one")
    assert masked("password=first-one") != masked("password=other-one")


def test_a_diff_hides_the_old_secret_where_the_new_one_comes_to_stand(inside: Inside) -> None:
    known = inside["secrets"].Secrets()
    known.add("canary-new")
    diff = {
        "before": "port 1\nrequirepass canary-old\n",
        "after": "port 2\nrequirepass canary-new\n",
    }
    shown = inside["diffs"].unified(diff, known.masked)
    assert "canary" not in shown
    assert "-port 1\n" in shown
    assert shown.count("requirepass <secret ") == 2


def test_a_diff_of_any_shape_is_one_text(inside: Inside) -> None:
    unified = inside["diffs"].unified
    assert unified(None, str) == ""
    assert unified({"before": {"mode": "0644"}, "after": {"mode": "0600"}}, str).endswith(
        '-  "mode": "0644"\n+  "mode": "0600"\n }\n'.replace("  ", " ")
    )
    assert unified([{"prepared": "@@ x\n"}, {"before": "a", "after": "a"}], str) == "@@ x\n"
    assert "binary" in unified({"dst_binary": 1, "after": "x"}, str)
    many = {"before": "a\n" * 3000, "after": "b\n" * 3000}
    assert "too many to show" in unified(many, str)


def test_a_template_leans_through_variables_and_not_by_a_quoted_word(inside: Inside) -> None:
    leaning = inside["leaning"]
    leaning.HOLLOW.clear()
    leaning.mark("a", ["asked"], hollow=True)
    variables = {"answer": "{{ asked.stdout }}", "twice": ["{{ answer }}"], "plain": "asked"}
    assert leaning.leans("a", "asked.rc == 0", variables) == "asked"
    assert leaning.leans("a", ["x", {"y": "{{ twice | first }}"}], variables) == "asked"
    assert leaning.leans("a", "plain == 'asked'", variables) == ""
    assert leaning.leans("a", "other.asked", variables) == ""
    assert leaning.leans("b", "asked.rc == 0", variables) == ""
    assert leaning.leans("b", "hostvars['a']['asked'].rc == 0", variables) == "asked"
    assert leaning.leans("a", "vars['asked'].rc == 0", variables) == "asked"
    assert leaning.leans("a", "{{ lookup('vars', 'asked').rc }}", variables) == "asked"
    assert leaning.leans("b", "vars['asked'].rc == 0", variables) == ""
    leaning.mark("a", ["asked"], hollow=False)
    assert leaning.leans("a", "asked.rc == 0", variables) == ""


def test_the_plugins_say_their_licence() -> None:
    for path in sorted(Path(shipped("plugins")).rglob("*.py")):
        if path.parent.name in ("callback", "omlib_in_ansible"):
            first = path.read_text(encoding="utf-8").splitlines()[0]
            assert first == "# SPDX-License-Identifier: GPL-3.0-or-later", path
