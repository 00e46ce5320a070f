"""What a listener speaks, by handshakes of the host with itself; real TLS over the loopback."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from omlib.planes.server.host.posture_reach import tls

V = ssl.TLSVersion
Serve = Callable[[ssl.TLSVersion, ssl.TLSVersion], str]


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pay.gov.example")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    path = tmp_path / "both.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, plain)
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def serve(pem: Path) -> Iterator[Serve]:
    sockets: list[socket.socket] = []

    def start(lowest: ssl.TLSVersion, highest: ssl.TLSVersion) -> str:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version, context.maximum_version = lowest, highest
        listening = socket.create_server(("127.0.0.1", 0))
        sockets.append(listening)

        def work() -> None:
            with suppress(OSError):
                while True:
                    peer, _ = listening.accept()
                    with peer, suppress(OSError):
                        context.wrap_socket(peer, server_side=True).close()

        threading.Thread(target=work, daemon=True).start()
        return f"tcp/*:{listening.getsockname()[1]}"

    yield start
    for one in sockets:
        one.close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    ("lowest", "highest", "spoken"),
    [
        (V.TLSv1_2, V.TLSv1_3, ["TLSv1.2", "TLSv1.3"]),
        (V.TLSv1, V.TLSv1_2, ["TLSv1", "TLSv1.1", "TLSv1.2"]),
        (V.TLSv1_3, V.TLSv1_3, ["TLSv1.3"]),
    ],
)
def test_every_version_that_a_listener_agrees_to_is_told(
    serve: Serve, lowest: ssl.TLSVersion, highest: ssl.TLSVersion, spoken: list[str]
) -> None:
    name = serve(lowest, highest)
    assert tls({"listeners": [name]}, 5).told == {name: spoken}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_listener_that_speaks_no_tls_is_not_told_as_if_it_spoke_a_good_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        name = f"tcp/*:{closed.getsockname()[1]}"
    assert tls({"listeners": [name]}, 5).unseen == {name: "error"}
