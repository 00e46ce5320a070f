"""Hosts that do not behave: each comes out as the right fault, and in time."""

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import paramiko
import pytest

from omlib.log import Secret
from omlib.model.status import UnknownReason
from omlib.planes.access.faults import AccessError, Fault
from omlib.planes.access.session import Answer, connect
from omlib.planes.access.way import Way
from omlib.testing.ssh_host import SshHost, endless, read_all, says

AHost = Callable[..., SshHost]
AWay = Callable[..., Way]
END = b"\nthe end\n"


def ask(way: Way) -> Answer:
    with connect(way) as session:
        return session.run("look", b"question", end=END)


def fault(way: Way) -> AccessError:
    with pytest.raises(AccessError) as raised:
        ask(way)
    return raised.value


@contextmanager
def within(seconds: float) -> Iterator[None]:
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < seconds


def test_a_command_is_answered_with_its_output_words_and_status(a_host: AHost, a_way: AWay) -> None:
    host = a_host(says(b"a\xff\x00b", status=3))
    assert ask(a_way(host)) == Answer(out=b"a\xff\x00b", err=b"", exit_status=3, fault=None)


def test_standard_input_arrives_whole(a_host: AHost, a_way: AWay) -> None:
    def echo(channel: paramiko.Channel, command: str) -> None:
        channel.sendall(str(len(read_all(channel))).encode() + END)
        channel.close()

    with connect(a_way(a_host(echo))) as session:
        answer = session.run("look", b"x" * 300_000, end=END)
    assert answer.out == b"300000" + END


def test_a_password_logs_in_where_the_key_may_not(a_host: AHost, a_way: AWay) -> None:
    host = a_host(says(END), accepts=frozenset({"correct horse"}))
    assert fault(a_way(host)).fault is Fault.LOGIN_REJECTED
    assert ask(a_way(host, password=Secret("correct horse"))).out == END


# no answer


def test_a_closed_port_is_unreachable(a_host: AHost, a_way: AWay) -> None:
    host = a_host()
    way = a_way(host)
    host.stop_listening()
    with within(2):
        error = fault(way)
    assert (error.fault, error.reason) == (Fault.REFUSED, UnknownReason.UNREACHABLE)


def test_a_name_that_does_not_resolve_is_unreachable_in_time(a_host: AHost, a_way: AWay) -> None:
    with within(3):
        assert (
            fault(a_way(a_host(), address="x.invalid", connect_s=2)).fault
            is Fault.NAME_NOT_RESOLVED
        )


def test_a_hung_host_that_takes_the_connection_and_never_greets(a_host: AHost, a_way: AWay) -> None:
    host = a_host(greet=lambda connection: time.sleep(30))
    with within(2.5):
        error = fault(a_way(host, connect_s=1))
    assert (error.fault, error.reason) == (Fault.NO_BANNER, UnknownReason.UNREACHABLE)


def drip(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"S")
        time.sleep(0.05)


def drip_lines(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"welcome\r\n")
        time.sleep(0.05)


@pytest.mark.parametrize("greet", [drip, drip_lines])
def test_a_greeting_that_drips_for_ever_ends_in_time(
    a_host: AHost, a_way: AWay, greet: Callable[[socket.socket], None]
) -> None:
    with within(2.5):
        assert fault(a_way(a_host(greet=greet), connect_s=1)).fault is Fault.NO_BANNER


def test_a_host_that_hangs_up_before_its_greeting(a_host: AHost, a_way: AWay) -> None:
    host = a_host(greet=lambda connection: connection.close())
    assert fault(a_way(host)).fault is Fault.CLOSED


def test_a_port_that_speaks_something_else_is_an_error(a_host: AHost, a_way: AWay) -> None:
    def http(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n\xff\xfe\x1b[31mgo away\n")
        connection.close()

    error = fault(a_way(a_host(greet=http)))
    assert (error.fault, error.reason) == (Fault.NONSENSE, UnknownReason.ERROR)
    assert "\x1b" not in error.detail


def test_a_greeting_without_end_at_full_speed_is_cut(a_host: AHost, a_way: AWay) -> None:
    def flood(connection: socket.socket) -> None:
        while True:
            connection.sendall(b"A" * 65536)

    with within(2.5):
        assert fault(a_way(a_host(greet=flood), connect_s=1)).fault in (
            Fault.NO_BANNER,
            Fault.TOO_MUCH,
        )


def test_a_key_exchange_that_never_ends_is_unreachable(a_host: AHost, a_way: AWay) -> None:
    def greet(connection: socket.socket) -> None:
        connection.sendall(b"SSH-2.0-hung\r\n")
        time.sleep(30)

    with within(2.5):
        assert fault(a_way(a_host(greet=greet), connect_s=1)).reason is UnknownReason.UNREACHABLE


# not let in


def test_a_rejected_key_is_denied(a_host: AHost, a_way: AWay) -> None:
    error = fault(a_way(a_host(says(END), accepts=frozenset())))
    assert (error.fault, error.reason) == (Fault.LOGIN_REJECTED, UnknownReason.DENIED)


def test_an_unknown_host_key_is_denied_before_anything_is_sent(a_host: AHost, a_way: AWay) -> None:
    host = a_host(says(END))
    error = fault(a_way(host, trusted=""))
    assert (error.fault, error.reason) == (Fault.HOST_KEY_UNKNOWN, UnknownReason.DENIED)
    assert host.logins == 0


def test_a_changed_host_key_is_denied_and_both_are_named(a_host: AHost, a_way: AWay) -> None:
    host = a_host(says(END))
    other = paramiko.ECDSAKey.generate()
    line = f"[127.0.0.1]:{host.port} {other.get_name()} {other.get_base64()}\n"
    error = fault(a_way(host, trusted=line))
    assert (error.fault, error.reason) == (Fault.HOST_KEY_CHANGED, UnknownReason.DENIED)
    assert error.detail.count("SHA256:") == 2
    assert host.logins == 0


def test_a_host_with_two_keys_is_known_by_the_one_we_know(
    a_host: AHost, a_way: AWay, host_key: paramiko.PKey
) -> None:
    rsa = paramiko.RSAKey.generate(2048)
    host = a_host(says(END), keys=(host_key, rsa))
    line = f"[127.0.0.1]:{host.port} {rsa.get_name()} {rsa.get_base64()}\n"
    assert ask(a_way(host, trusted=line)).out == END


def test_a_revoked_host_key_is_denied(a_host: AHost, a_way: AWay) -> None:
    host = a_host(says(END))
    error = fault(a_way(host, trusted=host.known_hosts() + "@revoked " + host.known_hosts()))
    assert error.fault is Fault.HOST_KEY_REVOKED


def test_a_key_file_that_others_can_read_is_not_used(
    a_host: AHost, a_way: AWay, tmp_path: Path
) -> None:
    key = tmp_path / "id"
    paramiko.ECDSAKey.generate().write_private_key_file(str(key))
    key.chmod(0o644)
    error = fault(a_way(a_host(says(END)), key_files=(key,)))
    assert (error.fault, error.reason) == (Fault.NO_CREDENTIAL, UnknownReason.NOT_CHECKED)
    assert "chmod 600" in error.detail


@pytest.mark.parametrize("content", [None, b"", b"not a key", b"\xff\xfe"])
def test_a_key_file_that_is_none_is_denied(
    a_host: AHost, a_way: AWay, tmp_path: Path, content: bytes | None
) -> None:
    key = tmp_path / "id"
    if content is not None:
        key.write_bytes(content)
        key.chmod(0o600)
    error = fault(a_way(a_host(says(END)), key_files=(key,)))
    assert (error.fault, error.reason) == (Fault.NO_CREDENTIAL, UnknownReason.NOT_CHECKED)
    assert error.detail.startswith(f"no_credential: {key}: no ")
    assert "Errno" not in error.detail


def test_a_login_that_is_never_answered_is_unreachable(a_host: AHost, a_way: AWay) -> None:
    with within(5):
        error = fault(a_way(a_host(says(END), login_delay_s=30), connect_s=2))
    assert error.fault is Fault.LOGIN_TIMED_OUT


def test_a_host_that_runs_no_command_is_denied(a_host: AHost, a_way: AWay) -> None:
    error = fault(a_way(a_host(None)))
    assert (error.fault, error.reason) == (Fault.COMMAND_REFUSED, UnknownReason.DENIED)


def test_a_peer_with_sha1_alone_is_unsupported_unless_allowed(a_host: AHost, a_way: AWay) -> None:
    host = a_host(says(END), kex=("diffie-hellman-group14-sha1",))
    error = fault(a_way(host))
    assert (error.fault, error.reason) == (Fault.NO_COMMON_ALGORITHM, UnknownReason.UNSUPPORTED)
    assert ask(a_way(host, sha1=True, connect_s=5, deadline_s=5)).out == END


# no end


def test_a_command_that_is_never_begun_ends_at_the_deadline(a_host: AHost, a_way: AWay) -> None:
    with within(4):
        error = fault(a_way(a_host(says(END), answers_exec=False), deadline_s=3))
    assert (error.fault, error.reason) == (Fault.DEADLINE, UnknownReason.INCOMPLETE)


def hang(channel: paramiko.Channel, command: str) -> None:
    channel.sendall(b"half an answ")
    time.sleep(30)


def test_output_that_hangs_keeps_what_was_read(a_host: AHost, a_way: AWay) -> None:
    with within(4):
        answer = ask(a_way(a_host(hang), deadline_s=3))
    assert (answer.out, answer.fault) == (b"half an answ", Fault.DEADLINE)


def test_output_that_drips_for_ever_ends_at_the_deadline(a_host: AHost, a_way: AWay) -> None:
    with within(4):
        answer = ask(a_way(a_host(endless(b".", every_s=0.05)), deadline_s=3))
    assert answer.fault is Fault.DEADLINE
    assert 5 < len(answer.out) < 80


@pytest.mark.parametrize("stderr", [False, True])
def test_a_gigabyte_is_not_read(a_host: AHost, a_way: AWay, stderr: bool) -> None:
    host = a_host(endless(b"A" * 32768, stderr=stderr))
    answer = ask(a_way(host, deadline_s=20))
    assert answer.fault is Fault.TOO_MUCH
    assert len(answer.out) + len(answer.err) < 2 * 1024 * 1024


def test_words_on_stderr_do_not_hold_up_the_answer(a_host: AHost, a_way: AWay) -> None:
    def serve(channel: paramiko.Channel, command: str) -> None:
        channel.sendall_stderr(b"warning: \x1b[31mred\n" * 1000)
        channel.sendall(END)
        time.sleep(30)  # something of the login keeps the channel open

    with within(5):
        answer = ask(a_way(a_host(serve)))
    assert (answer.out, answer.fault) == (END, None)


def test_a_host_that_closes_in_the_middle(a_host: AHost, a_way: AWay) -> None:
    answer = ask(a_way(a_host(says(b"half", status=None))))
    assert (answer.out, answer.exit_status, answer.fault) == (b"half", None, None)


def test_a_connection_that_breaks_in_the_middle(a_host: AHost, a_way: AWay) -> None:
    def serve(channel: paramiko.Channel, command: str) -> None:
        channel.sendall(b"half")
        time.sleep(0.1)
        channel.get_transport().close()

    answer = ask(a_way(a_host(serve)))
    assert (answer.out, answer.fault) == (b"half", Fault.BROKE_OFF)


# through a jump host


def test_a_host_behind_a_jump_host_is_reached(a_host: AHost, a_way: AWay) -> None:
    way = a_way(a_host(says(END)), jump=a_way(a_host(forwards=True)))
    assert ask(way).out == END


def test_a_jump_host_that_forwards_nothing_is_denied(a_host: AHost, a_way: AWay) -> None:
    error = fault(a_way(a_host(says(END)), jump=a_way(a_host(forwards=False))))
    assert (error.fault, error.reason) == (Fault.FORWARDING_REFUSED, UnknownReason.DENIED)


def test_a_host_that_its_jump_host_cannot_reach_is_unreachable(a_host: AHost, a_way: AWay) -> None:
    host = a_host(says(END))
    way = a_way(host, jump=a_way(a_host(forwards=True)))
    host.stop_listening()
    assert fault(way).reason is UnknownReason.UNREACHABLE


def test_both_host_keys_are_checked(a_host: AHost, a_way: AWay) -> None:
    host, jump = a_host(says(END)), a_host(forwards=True)
    for untrusted in ("host", "jump"):
        changes: dict[str, dict[str, Any]] = {"host": {}, "jump": {}, untrusted: {"trusted": ""}}
        way = a_way(host, jump=a_way(jump, **changes["jump"]), **changes["host"])
        assert fault(way).fault is Fault.HOST_KEY_UNKNOWN


def test_a_host_that_hangs_behind_a_jump_host_ends_in_time(a_host: AHost, a_way: AWay) -> None:
    host = a_host(greet=lambda connection: time.sleep(30))
    with within(9):
        error = fault(a_way(host, connect_s=2, jump=a_way(a_host(forwards=True))))
    assert error.reason is UnknownReason.UNREACHABLE


def test_a_host_is_reached_through_a_chain_of_jump_hosts(a_host: AHost, a_way: AWay) -> None:
    big = says(b"x" * 500_000, END)
    outer = a_way(a_host(forwards=True))
    inner = a_way(a_host(forwards=True), jump=outer)
    assert len(ask(a_way(a_host(big), jump=inner)).out) == 500_000 + len(END)


def test_a_fault_on_the_way_names_the_jump_host(a_host: AHost, a_way: AWay) -> None:
    gate = a_way(a_host(forwards=True, accepts=frozenset()))
    middle = a_way(a_host(forwards=True), jump=gate)
    error = fault(a_way(a_host(says(END)), jump=middle))
    assert error.fault is Fault.LOGIN_REJECTED
    assert error.detail.startswith("login_rejected: jump host 127.0.0.1: ")


# keys of an ssh-agent


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An agent with nothing in it yet; its socket."""
    path = tmp_path / "agent"
    with subprocess.Popen(["ssh-agent", "-D", "-a", path], stdout=subprocess.DEVNULL) as running:
        for _ in range(100):
            if path.exists():
                break
            time.sleep(0.05)
        monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
        yield path
        running.terminate()


def test_a_key_of_the_agent_logs_in_only_where_the_site_says_so(
    a_host: AHost, a_way: AWay, agent: Path, login_key: tuple[paramiko.PKey, Path]
) -> None:
    subprocess.run(["ssh-add", "-q", login_key[1]], check=True)
    host = a_host(says(END))
    assert ask(a_way(host, key_files=(), agent=True)).out == END
    assert fault(a_way(host, key_files=())).fault is Fault.LOGIN_REJECTED
    assert host.logins == 1


def test_an_agent_without_the_key_is_denied_and_a_password_still_counts(
    a_host: AHost, a_way: AWay, agent: Path
) -> None:
    host = a_host(says(END), accepts=frozenset({"correct horse"}))
    assert fault(a_way(host, key_files=(), agent=True)).fault is Fault.LOGIN_REJECTED
    way = a_way(host, key_files=(), agent=True, password=Secret("correct horse"))
    assert ask(way).out == END


@pytest.mark.parametrize("answers", [b"", b"\xff" * 64])
def test_an_agent_that_hangs_or_lies_is_told_in_time(
    a_host: AHost,
    a_way: AWay,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answers: bytes,
) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "hung"))
        listener.listen()
        monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "hung"))

        def serve() -> None:
            with suppress(OSError):
                connection, _ = listener.accept()
                connection.sendall(answers)
                time.sleep(10)

        threading.Thread(target=serve, daemon=True).start()
        with within(4):
            error = fault(a_way(a_host(says(END)), key_files=(), agent=True, connect_s=2))
    assert error.fault is Fault.NO_CREDENTIAL
    assert error.detail.startswith("no_credential: ssh-agent: ")


# nothing is left behind


def test_faults_leave_no_thread_and_no_file_open(a_host: AHost, a_way: AWay) -> None:
    ways = [
        a_way(a_host(hang), deadline_s=0.3),
        a_way(a_host(greet=drip), connect_s=0.3),
        a_way(a_host(says(END), accepts=frozenset())),
        a_way(a_host(says(END)), trusted=""),
        a_way(a_host(says(END))),
    ]

    def ours() -> tuple[int, int]:
        mine = [t for t in threading.enumerate() if isinstance(t, paramiko.Transport)]
        return sum(not t.server_mode for t in mine), len(list(Path("/proc/self/fd").iterdir()))

    before = ours()
    for way in ways * 3:
        try:
            ask(way)
        except AccessError:
            continue
    patience = time.monotonic() + 3
    while ours()[0] > before[0] and time.monotonic() < patience:
        time.sleep(0.05)
    assert ours()[0] == before[0]
    # the hosts' own ends live in this process too, and stay until the test is over
    assert ours()[1] - before[1] <= 3 * len(ways)
