"""The network plane against devices that behave badly, over real SSH."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import paramiko
import pytest
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED

from omlib.errors import RefusedError
from omlib.model.estate import Access, Device, Estate, Site
from omlib.model.item import Declared, Source
from omlib.model.observation import Observation, Sight
from omlib.model.status import UnknownReason
from omlib.planes.access.way import Way
from omlib.planes.network.declared import declared_items, scope_of
from omlib.planes.network.plane import NetworkPlane
from omlib.planes.network.platforms import PLATFORMS
from omlib.planes.network.session import open_device
from omlib.testing.fakes import FakeClock, FakeSecrets

HOST_KEY = paramiko.ECDSAKey.generate()
OTHER_KEY = paramiko.ECDSAKey.generate()
PASSWORD = "LabPass1"
CONFIG = """\
Building configuration...

Current configuration:
!
frr version 8.4.4
frr defaults traditional
hostname rtr1
log syslog informational
!
ip route 10.10.0.0/16 198.18.0.11
ip route 10.20.0.0/16 198.18.1.11
!
interface eth0
 description 政务外网 上联核心
exit
!
end
"""
WATCHFRR = "watchfrr global phase: Idle\n  zebra                Up\n  staticd              Up\n"
ANSWERS = {
    "terminal width 511": "% Unknown command: terminal width 511\n",
    "terminal length 0": "",
    "show daemons": " zebra watchfrr staticd\n",
    "show watchfrr": WATCHFRR,
    "show running-config": CONFIG,
}

Send = Callable[[bytes], None]


@dataclass
class Gear:
    """An SSH server with a command line. *answers* are shown as they are, but for line ends."""

    answers: Mapping[str, str | bytes] = field(default_factory=lambda: ANSWERS)
    prompt: bytes = b"rtr1# "
    greeting: bytes = b""
    host_key: paramiko.PKey = HOST_KEY
    chunk_bytes: int = 65536
    instead: Callable[[Send, paramiko.Channel], None] | None = None  # of the running-config
    typed: list[str] = field(default_factory=list)
    asked_for_login: int = 0
    sent_bytes: int = 0
    port: int = 0

    def talk(self, channel: paramiko.Channel) -> None:
        def send(data: bytes) -> None:
            for at in range(0, len(data), self.chunk_bytes):
                channel.sendall(data[at : at + self.chunk_bytes])
                self.sent_bytes += self.chunk_bytes

        send(self.greeting + b"\r\n" + self.prompt)
        for line in _typed_lines(channel):
            if line:
                self.typed.append(line)
            send(line.encode() + b"\r\n")
            if line == "show running-config" and self.instead:
                self.instead(send, channel)
                return
            answer = self.answers.get(line, "")
            raw = answer.encode() if isinstance(answer, str) else answer
            send(raw.replace(b"\n", b"\r\n") + self.prompt)


def _typed_lines(channel: paramiko.Channel) -> Iterator[str]:
    pending = b""
    while data := channel.recv(1024):
        pending += data
        while b"\n" in pending:
            line, _, pending = pending.partition(b"\n")
            yield line.decode()


class _Server(paramiko.ServerInterface):
    def __init__(self, gear: Gear) -> None:
        self.gear = gear

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_auth_password(self, username: str, password: str) -> int:
        self.gear.asked_for_login += 1
        return AUTH_SUCCESSFUL if password == PASSWORD else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def check_channel_pty_request(self, channel: paramiko.Channel, *_: object) -> bool:
        return True

    def check_channel_shell_request(self, channel: paramiko.Channel) -> bool:
        def talk() -> None:
            with suppress(OSError, EOFError):
                self.gear.talk(channel)
            with suppress(OSError, EOFError):
                channel.close()

        threading.Thread(target=talk, daemon=True).start()
        return True


@contextmanager
def served(gear: Gear) -> Iterator[Gear]:
    transports: list[paramiko.Transport] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        gear.port = listener.getsockname()[1]

        def accept() -> None:
            with suppress(OSError):
                while True:
                    transport = paramiko.Transport(listener.accept()[0])
                    transports.append(transport)
                    transport.add_server_key(gear.host_key)
                    with suppress(paramiko.SSHException, EOFError):
                        transport.start_server(server=_Server(gear))

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield gear
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for transport in transports:
                transport.close()
            thread.join(5)


class Bench:
    """The plane, and one device of the estate at a gear's port."""

    def __init__(self, folder: Path) -> None:
        self.known_hosts = folder / "known_hosts"

    def plane(
        self,
        gear: Gear,
        *,
        password: str = PASSWORD,
        platform: str = "frr",
        deadline_s: int = 10,
        output_mib: int = 1,
        intended: str = CONFIG,
    ) -> NetworkPlane:
        self.known_hosts.write_text(
            f"[127.0.0.1]:{gear.port} {HOST_KEY.get_name()} {HOST_KEY.get_base64()}\n"
        )
        source = Source("estate.yml", 1)
        site = Site(
            id="dc",
            name="政务云机房",
            user="netadmin",
            password="env:PASSWORD",
            known_hosts=str(self.known_hosts),
            connect_s=5,
            deadline_s=deadline_s,
            output_mib=output_mib,
            source=source,
        )
        device = Device(
            id="rtr1",
            platform=platform,
            access=Access(site="dc", address="127.0.0.1", port=gear.port),
            template="router.j2",
            vars={},
            ownership="full",
            source=source,
        )
        declared: list[Declared] = []
        if platform in PLATFORMS:
            declared = list(declared_items(device, intended))
        return NetworkPlane(
            _estate(site, device), declared, FakeSecrets({"env:PASSWORD": password}), FakeClock()
        )

    def look(self, gear: Gear, **how: object) -> "Seen":
        plane = self.plane(gear, **how)  # type: ignore[arg-type]
        [target] = plane.targets()
        began = time.monotonic()
        observation = plane.observe(target)
        return Seen(observation, time.monotonic() - began)

    def way(self, gear: Gear) -> Way:
        self.plane(gear)
        return Way(
            address="127.0.0.1",
            port=gear.port,
            user="netadmin",
            password=FakeSecrets({"env:PASSWORD": PASSWORD}).resolve("env:PASSWORD"),
            known_hosts=(self.known_hosts,),
            connect_s=5,
            deadline_s=20,
            output_bytes=1024 * 1024,
        )


@dataclass
class Seen:
    observation: Observation
    took_s: float

    @property
    def sight(self) -> Sight:
        return self.observation.sights[scope_of("rtr1")]

    @property
    def reason(self) -> UnknownReason | None:
        return self.sight.reason

    @property
    def lines(self) -> dict[str, object]:
        return {
            item.ref.part: item.attributes.get("members", item.attributes.get("lines"))
            for item in self.observation.actual
        }


def _estate(site: Site, device: Device) -> Estate:
    return Estate(
        name="test",
        timezone="Asia/Shanghai",
        departments={},
        sites={site.id: site},
        clouds={},
        systems={},
        vms={},
        security_groups={},
        servers={},
        devices={device.id: device},
        rooms={},
        circuits={},
        contracts=(),
        windows={},
        tombstones={},
        waivers=(),
    )


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_whole_configuration_is_a_complete_sight(bench: Bench) -> None:
    with served(Gear()) as gear:
        seen = bench.look(gear)
    assert seen.reason is None
    assert (seen.sight.by, seen.sight.via) == ("netadmin", "ssh, netmiko cisco_ios, utf-8")
    assert seen.lines == {
        "frr defaults": ("frr defaults traditional",),
        "hostname": ("hostname rtr1",),
        "interface eth0": ("description 政务外网 上联核心",),
        "ip route": ("ip route 10.10.0.0/16 198.18.0.11", "ip route 10.20.0.0/16 198.18.1.11"),
        "log": ("log syslog informational",),
    }


def test_only_listed_commands_are_ever_typed(bench: Bench) -> None:
    with served(Gear()) as gear:
        bench.look(gear)
    assert set(gear.typed) == PLATFORMS["frr"].allowed


@pytest.mark.parametrize(
    "command", ["configure terminal", "reload", "show running-config\nreload", "write memory"]
)
def test_any_other_command_is_refused_before_a_byte_is_sent(bench: Bench, command: str) -> None:
    with served(Gear()) as gear, open_device(bench.way(gear), PLATFORMS["frr"]) as session:
        typed = list(gear.typed)
        with pytest.raises(RefusedError):
            session.ask(command)
        assert session.ask("show daemons") == b" zebra watchfrr staticd\r\n"
    assert gear.typed == [*typed, "show daemons"]


def test_a_device_that_hangs_in_the_middle_is_incomplete_at_its_deadline(bench: Bench) -> None:
    def hang(send: Send, channel: paramiko.Channel) -> None:
        send(CONFIG[:200].encode())
        channel.recv(1)

    with served(Gear(instead=hang)) as gear:
        seen = bench.look(gear, deadline_s=3)
    assert (seen.reason, seen.lines) == (UnknownReason.INCOMPLETE, {})
    assert seen.took_s < 4


def test_a_device_that_drips_is_cut_off_at_its_deadline(bench: Bench) -> None:
    def drip(send: Send, channel: paramiko.Channel) -> None:
        while True:
            send(b"x")
            time.sleep(0.05)

    with served(Gear(instead=drip)) as gear:
        seen = bench.look(gear, deadline_s=3)
    assert (seen.reason, seen.lines) == (UnknownReason.INCOMPLETE, {})
    assert seen.took_s < 4


def test_a_device_without_a_prompt_is_incomplete_at_its_deadline(bench: Bench) -> None:
    with served(Gear(prompt=b"", greeting=b"press a key")) as gear:
        seen = bench.look(gear, deadline_s=3)
    assert seen.reason is UnknownReason.INCOMPLETE
    assert seen.took_s < 4


def test_a_device_that_drops_the_line_is_incomplete(bench: Bench) -> None:
    def drop(send: Send, channel: paramiko.Channel) -> None:
        send(CONFIG[:300].replace("\n", "\r\n").encode())
        channel.close()

    with served(Gear(instead=drop)) as gear:
        seen = bench.look(gear)
    assert (seen.reason, seen.lines) == (UnknownReason.INCOMPLETE, {})


@pytest.mark.parametrize("end", ["", "\n", "\n%", "\nrtr1# "])
def test_the_last_words_of_a_device_tell_no_secret(bench: Bench, end: str) -> None:
    def drop(send: Send, channel: paramiko.Channel) -> None:
        send(f"router bgp 1\r\n neighbor 198.18.0.9 password topsecret{end}".encode())
        time.sleep(0.5)

    with served(Gear(instead=drop)) as gear:
        seen = bench.look(gear)
    assert seen.reason is UnknownReason.INCOMPLETE
    assert "password ***" in seen.sight.detail
    assert "topsecret" not in repr(seen)


def test_a_hundred_mebibytes_are_read_no_further_than_allowed(bench: Bench) -> None:
    def flood(send: Send, channel: paramiko.Channel) -> None:
        for _ in range(100 * 16):
            send(b"ip route 10.0.0.0/8 Null0\r\n" * 2427)

    with served(Gear(instead=flood)) as gear:
        seen = bench.look(gear, output_mib=1)
        assert gear.sent_bytes < 12 * 1024 * 1024
    assert (seen.reason, seen.lines) == (UnknownReason.INCOMPLETE, {})
    assert seen.sight.detail.startswith("too_much")


def test_a_changed_host_key_is_denied_and_no_password_is_offered(bench: Bench) -> None:
    with served(Gear(host_key=OTHER_KEY)) as gear:
        seen = bench.look(gear)
    assert seen.reason is UnknownReason.DENIED
    assert seen.sight.detail.startswith("host_key_changed")
    assert gear.asked_for_login == 0


def test_a_refused_password_is_denied_and_not_shown(bench: Bench) -> None:
    with served(Gear()) as gear:
        seen = bench.look(gear, password="Wrong123")
    assert seen.reason is UnknownReason.DENIED
    assert "Wrong123" not in repr(seen)


def test_a_closed_port_is_unreachable(bench: Bench) -> None:
    with served(Gear()) as gear:
        pass
    assert bench.look(gear).reason is UnknownReason.UNREACHABLE


def test_gb18030_is_read_as_such_and_told(bench: Bench) -> None:
    with served(Gear({**ANSWERS, "show running-config": CONFIG.encode("gb18030")})) as gear:
        seen = bench.look(gear)
    assert seen.lines["interface eth0"] == ("description 政务外网 上联核心",)
    assert seen.sight.via.endswith("gb18030")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("chunk_bytes", [1, 2, 3, 5])
def test_characters_cut_by_a_read_stay_whole(bench: Bench, encoding: str, chunk_bytes: int) -> None:
    answers: dict[str, str | bytes] = {**ANSWERS}
    answers["show running-config"] = CONFIG.encode(encoding)
    with served(Gear(answers, chunk_bytes=chunk_bytes)) as gear:
        seen = bench.look(gear)
    assert seen.lines["interface eth0"] == ("description 政务外网 上联核心",)


def test_a_byte_of_no_encoding_is_kept_and_reported(bench: Bench) -> None:
    spoiled = CONFIG.replace("政务外网", "X").encode().replace(b"X", b"\xff")
    with served(Gear({**ANSWERS, "show running-config": spoiled})) as gear:
        seen = bench.look(gear)
    assert seen.lines["interface eth0"] == ("description \\xff 上联核心",)
    assert seen.sight.detail == "1 bytes in no known encoding"


def test_a_pager_is_answered_and_leaves_no_trace(bench: Bench) -> None:
    def paged(send: Send, channel: paramiko.Channel) -> None:
        lines = CONFIG.splitlines()
        for line in lines:
            send(line.encode() + b"\r\n")
            if line.startswith(("hostname", "interface")):
                send(b" --More-- ")
                assert channel.recv(1) == b" "
                send(b"\b" * 10 + b" " * 10 + b"\b" * 10)
        send(b"rtr1# ")
        send(_answer_next(channel, "show watchfrr", WATCHFRR))

    with served(Gear(instead=paged)) as gear:
        paged_through = bench.look(gear)
    with served(Gear()) as gear:
        assert paged_through.lines == bench.look(gear).lines
    assert paged_through.reason is None


def _answer_next(channel: paramiko.Channel, command: str, answer: str) -> bytes:
    assert next(_typed_lines(channel)) == command
    return f"{command}\n{answer}".replace("\n", "\r\n").encode() + b"rtr1# "


def test_colours_and_cursor_moves_do_not_show(bench: Bench) -> None:
    coloured = CONFIG.replace("ip route", "\x1b[1mip\x1b[0m xx\b\brroute".replace("rr", "r"))
    with served(
        Gear(
            {**ANSWERS, "show running-config": coloured},
            prompt=b"\x1b[32mrtr1\x1b[0m# ",
            greeting=b"\x1b[2J\x1b]0;rtr1\x07" + "欢迎 # 未经授权禁止访问".encode(),
        )
    ) as gear:
        seen = bench.look(gear)
    assert seen.reason is None
    assert "ip route" in seen.lines


def test_a_line_that_looks_like_the_prompt_does_not_end_the_answer(bench: Bench) -> None:
    def stops(send: Send, channel: paramiko.Channel) -> None:
        head, tail = CONFIG.replace("\n", "\r\n").split("ip route 10.20")
        send(head.encode() + b"rtr1# ")
        time.sleep(0.1)
        send(b"\r\nip route 10.20" + tail.encode() + b"rtr1# ")
        send(_answer_next(channel, "show watchfrr", WATCHFRR))

    with served(Gear(instead=stops)) as gear:
        seen = bench.look(gear)
    assert seen.reason is None
    assert seen.lines["ip route"] == (
        "ip route 10.10.0.0/16 198.18.0.11",
        "ip route 10.20.0.0/16 198.18.1.11",
    )


@pytest.mark.parametrize(
    ("answer", "reason", "words"),
    [
        ("% Unknown command: show running-config\n", UnknownReason.ERROR, "Unknown command"),
        ("vtysh: zebra: read failed\n", UnknownReason.ERROR, "read failed"),
        ("", UnknownReason.INCOMPLETE, "ends with: rtr1# show running-config"),
        (CONFIG.removesuffix("end\n"), UnknownReason.INCOMPLETE, "ends with"),
        (
            CONFIG.replace("hostname rtr1", "% Can't read from zebra"),
            UnknownReason.ERROR,
            "zebra",
        ),
    ],
    ids=["unknown command", "vtysh failed", "nothing", "no end", "complaint inside"],
)
def test_an_answer_that_is_no_configuration_is_never_an_empty_one(
    bench: Bench, answer: str, reason: UnknownReason, words: str
) -> None:
    with served(Gear({**ANSWERS, "show running-config": answer})) as gear:
        seen = bench.look(gear)
    assert (seen.reason, seen.lines) == (reason, {})
    assert words in seen.sight.detail


@pytest.mark.parametrize(
    "spoiled",
    [
        {"show watchfrr": WATCHFRR.replace("staticd              Up", "staticd   Down")},
        {"show daemons": " zebra watchfrr\n"},
        {"show watchfrr": WATCHFRR.replace("Idle", "Restart")},
        {"show watchfrr": ""},
    ],
    ids=["down", "not heard", "restarting", "no watchfrr"],
)
def test_a_daemon_that_is_down_makes_the_configuration_incomplete(
    bench: Bench, spoiled: Mapping[str, str]
) -> None:
    with served(Gear({**ANSWERS, **spoiled})) as gear:
        seen = bench.look(gear)
    assert (seen.reason, seen.lines) == (UnknownReason.INCOMPLETE, {})


def test_a_shell_that_ends_at_once_is_incomplete_in_its_own_words(bench: Bench) -> None:
    class Dead(Gear):
        def talk(self, channel: paramiko.Channel) -> None:
            time.sleep(0.1)  # the shell is granted first
            channel.sendall(b"Exiting: failed to connect to any daemons.\r\n")

    with served(Dead()) as gear:
        seen = bench.look(gear)
    assert seen.reason is UnknownReason.INCOMPLETE
    assert "failed to connect to any daemons" in seen.sight.detail


IOS = """\
Building configuration...

Current configuration : 1234 bytes
!
! Last configuration change at 11:48:09 UTC Sat Nov 21 2026 by ops
version 15.2
hostname sw-1
banner motd ^C
sw-1# is not yours
^C
ip route 0.0.0.0 0.0.0.0 198.18.0.254
end

"""


IOS_ANSWERS = {
    "show running-config": IOS,
    "show privilege": "Current privilege level is 15\n",
    "terminal width 511": "",
    "terminal length 0": "",
}


@pytest.mark.parametrize("told", ["Current privilege level is 7\n", "% Invalid input\n"])
def test_an_ios_account_that_sees_only_a_part_makes_nothing_missing(
    bench: Bench, told: str
) -> None:
    part = "hostname sw-1\nend\n"
    answers = {**IOS_ANSWERS, "show running-config": part, "show privilege": told}
    with served(Gear(answers, prompt=b"sw-1#")) as gear:
        seen = bench.look(gear, platform="ios", intended=IOS)
    assert (seen.reason, seen.lines) == (UnknownReason.INCOMPLETE, {})
    assert "privilege level" in seen.sight.detail


def test_an_ios_like_device_is_read_whole(bench: Bench) -> None:
    answers = IOS_ANSWERS
    with served(Gear(answers, prompt=b"sw-1#")) as gear:
        seen = bench.look(gear, platform="ios", intended=IOS)
    assert seen.reason is None
    assert seen.lines == {
        "banner motd": ("banner motd ^C", "sw-1# is not yours", "^C"),
        "hostname": ("hostname sw-1",),
        "ip route": ("ip route 0.0.0.0 0.0.0.0 198.18.0.254",),
    }
    assert set(gear.typed) == PLATFORMS["ios"].allowed


def test_an_account_that_may_not_see_the_configuration_is_denied(bench: Bench) -> None:
    answers = {"show running-config": "        ^\n% Invalid input detected at '^' marker.\n"}
    with served(Gear(answers, prompt=b"sw-1>")) as gear:
        seen = bench.look(gear, platform="ios", intended=IOS)
    assert (seen.reason, seen.lines) == (UnknownReason.DENIED, {})


def test_a_platform_that_cannot_be_read_is_unsupported(bench: Bench) -> None:
    with served(Gear()) as gear:
        seen = bench.look(gear, platform="huawei_vrp")
    assert seen.reason is UnknownReason.UNSUPPORTED
    assert gear.typed == []


def test_devices_are_looked_at_side_by_side(bench: Bench) -> None:
    with served(Gear()) as gear:
        plane = bench.plane(gear)
        [target] = plane.targets()
        found: list[Observation] = []
        threads = [
            threading.Thread(target=lambda: found.append(plane.observe(target))) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    alike = [[replace(item) for item in observation.actual] for observation in found]
    assert alike == [alike[0]] * 8
    assert len(alike[0]) == 5
