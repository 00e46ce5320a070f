"""What a certificate says, read on this side from what a host handed over. Pure."""

import base64
import warnings
from collections.abc import Mapping
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

_ATTRIBUTES = ("issuer", "names", "days_left")


def read_certificate(der: bytes, at: datetime) -> dict[str, object]:
    """Issuer (RFC 4514), the names it is for, and whole days from *at* until it ends.

    Raises ValueError.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # serial numbers of old authorities
            told = x509.load_der_x509_certificate(der)
            left = told.not_valid_after_utc - at
            return {
                "issuer": told.issuer.rfc4514_string(),
                "names": _names(told),
                "days_left": left.days,
            }
    except (UnsupportedAlgorithm, x509.DuplicateExtension) as error:
        raise ValueError(str(error)) from error


def _names(told: x509.Certificate) -> list[str]:
    try:
        found = told.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    hosts = found.get_values_for_type(x509.DNSName)
    return [*hosts, *map(str, found.get_values_for_type(x509.IPAddress))]


def with_certificates(body: Mapping[str, object], at: datetime) -> Mapping[str, object]:
    """The answer of a host with what its certificates say in their place.

    One that cannot be read is unseen. What is not of the form is left for who checks the answer.
    """
    items, unseen = body.get("items"), body.get("unseen")
    if not isinstance(items, dict) or not isinstance(unseen, dict):
        return body
    told, lost = dict(items), dict(unseen)
    for name, one in items.items():
        if not isinstance(one, dict) or not isinstance(one.get("der"), str):
            continue
        try:
            told[name] = read_certificate(base64.b64decode(one["der"], validate=True), at)
        except ValueError:
            told[name] = {}
            lost[name] = dict.fromkeys(_ATTRIBUTES, "error")
    return {**body, "items": told, "unseen": lost}
