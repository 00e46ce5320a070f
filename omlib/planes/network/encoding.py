"""Device texts are bytes until they have all arrived: only then are they read as characters.

A character may lie across two reads, and whoever decodes each read drops its halves. UTF-8 is tried
strictly, then GB18030 (a superset of GBK and GB2312). A byte that is neither is kept as `\\xNN` and
counted: dropping it would make two different texts equal.
"""

from dataclasses import dataclass

ENCODINGS = ("utf-8", "gb18030")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    text: str
    encoding: str
    undecodable: int = 0


def decode(data: bytes) -> Decoded:
    """
    >>> decode("核心".encode("gbk"))
    Decoded(text='核心', encoding='gb18030', undecodable=0)
    """
    for encoding in ENCODINGS:
        try:
            return Decoded(text=data.decode(encoding), encoding=encoding)
        except UnicodeDecodeError:
            continue
    kept = data.decode("utf-8", "surrogateescape")  # each such byte a lone surrogate, PEP 383
    lost = sum("\udc80" <= char <= "\udcff" for char in kept)
    return Decoded(text=data.decode("utf-8", "backslashreplace"), encoding="", undecodable=lost)
