"""One file as its package ships it."""


class Entry:
    """*digest* is "" where there is no content to compare; *mode*, *owner*, *group*, *link* and
    *capabilities* are None where the package manager does not know, or was told not to mind; one
    that *may_miss* is only there where somebody made it."""

    __slots__ = (
        "algorithm",
        "capabilities",
        "digest",
        "group",
        "link",
        "may_miss",
        "mode",
        "owner",
        "package",
        "path",
    )

    def __init__(self, path: bytes, package: str, algorithm: str, digest: str) -> None:
        self.path = path
        self.package = package
        self.algorithm = algorithm
        self.digest = digest
        self.mode = None  # type: int | None
        self.owner = None  # type: str | None
        self.group = None  # type: str | None
        self.link = None  # type: bytes | None
        self.capabilities = None  # type: str | None
        self.may_miss = False
