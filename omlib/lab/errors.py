"""What can go wrong with the lab itself, as opposed to the systems it runs."""

from typing import ClassVar

from omlib.errors import OmlibError


class LabError(OmlibError):
    """The lab could not do what was asked. Facts: what, next."""

    code: ClassVar[str] = "lab"

    def __init__(self, what: str, next: str = "") -> None:  # noqa: A002  the fact's name
        super().__init__(what=what, next=next)
        self.what, self.next = what, next

    def __str__(self) -> str:
        return f"{self.what}; {self.next}" if self.next else self.what


class LabUnsupportedError(LabError):
    """This machine cannot hold a lab: a right, a program or a kernel feature is missing."""

    code = "lab_unsupported"


class LabBusyError(LabError):
    """Another process is working on the same lab."""

    code = "lab_busy"
    retryable = True
