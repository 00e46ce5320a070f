"""Certificates: what a host hands over of a file, and what is read of it on this side."""

import base64
import ipaddress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from omlib.model.status import UnknownReason
from omlib.planes.server.certificates import read_certificate, with_certificates
from omlib.planes.server.host.certificates import first_certificate
from omlib.planes.server.reply import read_reply

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())
NAME = "CN=政务云 CA\\, 二级,O=市大数据中心,C=CN"


def certificate(*names: x509.GeneralName, ends: datetime, name: str = NAME) -> x509.Certificate:
    who = x509.Name.from_rfc4514_string(name)
    begun = x509.CertificateBuilder().issuer_name(who).subject_name(who)
    made = begun.public_key(KEY.public_key()).serial_number(7)
    made = made.not_valid_before(ends - timedelta(days=365)).not_valid_after(ends)
    if names:
        made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return made.sign(KEY, SHA256())


def pem_of(one: x509.Certificate) -> bytes:
    return one.public_bytes(Encoding.PEM)


def key_in(form: PrivateFormat, encoding: Encoding = Encoding.PEM) -> bytes:
    return KEY.private_bytes(encoding, form, NoEncryption())


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_key_in_the_same_file_stays(form: PrivateFormat) -> None:
    one = certificate(ends=NOON)
    der = one.public_bytes(Encoding.DER)
    chain = b"Bag Attributes\n" + key_in(form) + pem_of(one) + pem_of(certificate(ends=NOON))
    assert first_certificate(chain) == der


def test_a_file_without_a_certificate_has_none() -> None:
    assert first_certificate(key_in(PrivateFormat.PKCS8)) is None
    assert first_certificate(b" \n") is None


def test_a_damaged_file_is_an_error_and_not_an_absence() -> None:
    whole = pem_of(certificate(ends=NOON))
    rsa_key = rsa.generate_private_key(65537, 2048)
    keys = [
        key_in(PrivateFormat.PKCS8, Encoding.DER),
        rsa_key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
    ]
    disguised = [
        b"-----BEGIN CERTIFICATE-----\n%b\n-----END CERTIFICATE-----\n" % base64.b64encode(key)
        for key in keys
    ]
    for text in (whole[:100], whole.replace(b"M", b"!", 1), b"\x30\x82", b"text", *disguised):
        with pytest.raises(ValueError):
            first_certificate(text)


def test_issuer_names_and_days_are_read() -> None:
    names = (
        x509.DNSName("oa.example.cn"),
        x509.IPAddress(ipaddress.ip_address("2001:db8::1")),
        x509.RFC822Name("ops@example.cn"),
    )
    der = certificate(*names, ends=NOON + timedelta(days=30, hours=23)).public_bytes(Encoding.DER)
    assert read_certificate(der, NOON) == {
        "issuer": NAME,
        "names": ["oa.example.cn", "2001:db8::1"],
        "days_left": 30,
    }


def test_one_that_ended_an_hour_ago_has_less_than_no_days() -> None:
    der = certificate(ends=NOON - timedelta(hours=1)).public_bytes(Encoding.DER)
    assert read_certificate(der, NOON)["days_left"] == -1


def test_what_cannot_be_read_here_is_unseen_and_costs_no_other() -> None:
    good = base64.b64encode(certificate(ends=NOON).public_bytes(Encoding.DER)).decode()
    bad = base64.b64encode(b"\x30\x03\x30\x01\x00").decode()
    body = {
        "status": "ok",
        "detail": "",
        "items": {"/good": {"der": good}, "/bad": {"der": bad}, "/worse": {"der": "?"}},
        "unseen": {},
    }
    reply = read_reply("certificate", with_certificates(body, NOON), {})
    lost = dict.fromkeys(("issuer", "names", "days_left"), UnknownReason.ERROR)
    assert reply.reason is None
    assert (reply.items["/good"]["days_left"], reply.items["/bad"]) == (0, {})
    assert reply.unseen == {"/bad": lost, "/worse": lost}


def test_an_answer_of_another_form_is_left_to_who_checks_it() -> None:
    bodies: list[dict[str, object]] = [
        {},
        {"items": [], "unseen": {}},
        {"items": {"/a": {"der": 7}}, "unseen": {}},
    ]
    for body in bodies:
        assert with_certificates(body, NOON) == body
