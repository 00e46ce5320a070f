"""What can go wrong between omlib and a cloud, and which unknown each of it is. One table.

The page of faults in docs/ is made from `FAULTS`.
"""

from dataclasses import dataclass
from enum import StrEnum

from omlib.errors import OmlibError
from omlib.model.status import UnknownReason
from omlib.planes.access.text import clean


class Condition(StrEnum):
    NO_PROFILE = "no_profile"
    NO_CREDENTIAL = "no_credential"
    NO_ANSWER = "no_answer"
    TIMED_OUT = "timed_out"
    OUT_OF_TIME = "out_of_time"
    BAD_CERTIFICATE = "bad_certificate"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NO_TOKEN = "no_token"  # noqa: S105 - a word, not a secret
    BOUND_CREDENTIAL = "bound_credential"
    PROJECTS_CUT = "projects_cut"
    TWO_PROJECTS = "two_projects"
    FOREIGN_TOKEN = "foreign_token"  # noqa: S105
    FOREIGN_ITEM = "foreign_item"
    NO_SERVICE = "no_service"
    NOT_FOUND = "not_found"
    THROTTLED = "throttled"
    SERVER_FAULT = "server_fault"
    BAD_ANSWER = "bad_answer"
    BROKE_OFF = "broke_off"
    TOO_LARGE = "too_large"
    LATER_PAGE = "later_page"
    PAGES_REPEAT = "pages_repeat"
    CELL_DOWN = "cell_down"
    OTHER_ACCOUNT = "other_account"
    REFUSED = "refused"
    BEING_CHANGED = "being_changed"
    CANCELLED = "cancelled"
    NOT_PERMITTED = "not_permitted"
    NO_SUCH_NAME = "no_such_name"
    AMBIGUOUS = "ambiguous"
    IMPOSSIBLE = "impossible"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """*statuses* of HTTP and *exceptions* (class names of the libraries) mean this condition."""

    condition: Condition
    reason: UnknownReason
    what: str
    statuses: tuple[int, ...] = ()
    exceptions: tuple[str, ...] = ()
    retried: bool = False


_R = UnknownReason
FAULTS: tuple[Fault, ...] = (
    Fault(
        condition=Condition.NO_PROFILE,
        reason=_R.NOT_CHECKED,
        what="clouds.yaml is missing or broken, or has no such cloud or region",
        exceptions=("ConfigException", "YAMLError", "OSError"),
    ),
    Fault(
        condition=Condition.NO_CREDENTIAL,
        reason=_R.NOT_CHECKED,
        what="clouds.yaml lacks a user, a password or another part of the login",
        exceptions=("AuthPluginException", "MissingAuthPlugin"),
    ),
    Fault(
        condition=Condition.NO_ANSWER,
        reason=_R.UNREACHABLE,
        what="connection refused or reset, no route, name not resolved",
        exceptions=("ConnectionError",),
        retried=True,
    ),
    Fault(
        condition=Condition.TIMED_OUT,
        reason=_R.UNREACHABLE,
        what="no connection, or no answer on it, within the site's times",
        exceptions=("ConnectTimeout", "RequestTimeout"),
        statuses=(408,),
    ),
    Fault(
        condition=Condition.OUT_OF_TIME,
        reason=_R.NOT_CHECKED,
        what="the site's deadline passed before this was asked",
    ),
    Fault(
        condition=Condition.BAD_CERTIFICATE,
        reason=_R.DENIED,
        what="its certificate is not trusted, expired, or another host's",
        exceptions=("SSLError",),
    ),
    Fault(
        condition=Condition.UNAUTHORIZED,
        reason=_R.DENIED,
        what="wrong user, password or application credential; token refused",
        statuses=(401, 407),
        exceptions=("AuthorizationFailure",),
    ),
    Fault(
        condition=Condition.FORBIDDEN,
        reason=_R.DENIED,
        what="the role may not list this",
        statuses=(403,),
    ),
    Fault(
        condition=Condition.NO_TOKEN,
        reason=_R.DENIED,
        what="no token can be had for the project: no role in it, or it does not exist",
    ),
    Fault(
        condition=Condition.BOUND_CREDENTIAL,
        reason=_R.DENIED,
        what="an application credential is bound to its own project, and this is another",
    ),
    Fault(
        condition=Condition.PROJECTS_CUT,
        reason=_R.INCOMPLETE,
        what="the identity service cut its list of projects, and this one is not in it",
    ),
    Fault(
        condition=Condition.TWO_PROJECTS,
        reason=_R.ERROR,
        what="several projects (of several domains) have this name; declare the project's id",
    ),
    Fault(
        condition=Condition.FOREIGN_TOKEN,
        reason=_R.ERROR,
        what="the token is for another project, so its listings would be another project's",
    ),
    Fault(
        condition=Condition.FOREIGN_ITEM,
        reason=_R.ERROR,
        what="the listing holds things of another project",
    ),
    Fault(
        condition=Condition.NO_SERVICE,
        reason=_R.UNSUPPORTED,
        what="the catalog has no such service in the region",
        exceptions=("EndpointNotFound", "CatalogException", "VersionNotAvailable"),
    ),
    Fault(
        condition=Condition.NOT_FOUND,
        reason=_R.UNSUPPORTED,
        what="the service does not know this call, or no longer has this image or flavor",
        statuses=(404, 405, 410, 501),
    ),
    Fault(
        condition=Condition.THROTTLED,
        reason=_R.ERROR,
        what="too many requests, still after several tries",
        statuses=(429,),
        retried=True,
    ),
    Fault(
        condition=Condition.SERVER_FAULT,
        reason=_R.ERROR,
        what="a fault of the service, still after several tries",
        statuses=(500, 502, 503, 504),
        retried=True,
    ),
    Fault(
        condition=Condition.BAD_ANSWER,
        reason=_R.ERROR,
        what="another status, broken JSON, or an item without what every item has",
        exceptions=("ClientException", "DecodeError"),
    ),
    Fault(
        condition=Condition.BROKE_OFF,
        reason=_R.INCOMPLETE,
        what="the connection ended, or went silent, in the middle of an answer",
        exceptions=("ProtocolError", "IncompleteRead", "ReadTimeoutError"),
    ),
    Fault(
        condition=Condition.TOO_LARGE,
        reason=_R.INCOMPLETE,
        what="the listing is larger than the site's output limit",
    ),
    Fault(
        condition=Condition.LATER_PAGE,
        reason=_R.INCOMPLETE,
        what="any of these after the first page; what was read before stays",
    ),
    Fault(
        condition=Condition.PAGES_REPEAT,
        reason=_R.INCOMPLETE,
        what="the service gives the same page again and says that there is more",
    ),
    Fault(
        condition=Condition.CELL_DOWN,
        reason=_R.INCOMPLETE,
        what="nova lists servers of a cell it cannot read (status UNKNOWN, no name)",
    ),
    Fault(
        condition=Condition.OTHER_ACCOUNT,
        reason=_R.UNSUPPORTED,
        what="key pairs belong to an account, and this one cannot be told those of another",
    ),
    Fault(
        condition=Condition.REFUSED,
        reason=_R.ERROR,
        what="the service refused it: a quota, a conflict, or a value it does not take",
        statuses=(400, 409, 413, 422),
    ),
    Fault(
        condition=Condition.BEING_CHANGED,
        reason=_R.IN_TRANSITION,
        what="it is being changed at this moment; nothing was sent",
    ),
    Fault(
        condition=Condition.CANCELLED,
        reason=_R.NOT_CHECKED,
        what="the run was ended while a change was waited for; the cloud goes on with it",
    ),
    Fault(
        condition=Condition.NOT_PERMITTED,
        reason=_R.NOT_CHECKED,
        what="this run was not permitted to remove or change it; nothing was sent",
    ),
    Fault(
        condition=Condition.NO_SUCH_NAME,
        reason=_R.ERROR,
        what="a declared network, group, image or flavor is not in the project's whole listing",
    ),
    Fault(
        condition=Condition.AMBIGUOUS,
        reason=_R.ERROR,
        what="several things have the declared name, or several flavors the declared size",
    ),
    Fault(
        condition=Condition.IMPOSSIBLE,
        reason=_R.UNSUPPORTED,
        what="what is declared cannot be reached from what there is; nothing was sent",
    ),
    Fault(
        condition=Condition.FAILED,
        reason=_R.ERROR,
        what="the cloud took the change and then failed; its own words follow",
    ),
)
FAULT_OF = {fault.condition: fault for fault in FAULTS}
_BY_STATUS = {status: fault.condition for fault in FAULTS for status in fault.statuses}
_BY_EXCEPTION = {name: fault.condition for fault in FAULTS for name in fault.exceptions}

_NO_CONNECTION = ("NewConnectionError", "ConnectTimeoutError", "NameResolutionError")
_DEEPEST = 30  # causes looked at; exceptions may hold each other


class CloudFaultError(OmlibError):
    """A cloud could not be read or changed.

    Facts: condition, detail, wait_s (as it asked), status (of HTTP, 0 without an answer), unsent
    (nothing left this machine).
    """

    code = "cloud_fault"

    def __init__(
        self,
        *,
        condition: Condition,
        detail: str = "",
        wait_s: float = 0.0,
        status: int = 0,
        unsent: bool = False,
    ) -> None:
        super().__init__(
            condition=condition, detail=clean(detail), wait_s=wait_s, status=status, unsent=unsent
        )
        self.condition = condition
        self.detail = clean(detail)
        self.wait_s = wait_s
        self.status = status
        self.unsent = unsent

    @property
    def fault(self) -> Fault:
        return FAULT_OF[self.condition]

    def again(self) -> "CloudFaultError":
        """The same fault, to be raised for another who asks."""
        return CloudFaultError(
            condition=self.condition,
            detail=self.detail,
            wait_s=self.wait_s,
            status=self.status,
            unsent=self.unsent,
        )


def fault_of_status(status: int, detail: str, wait_s: float = 0.0) -> CloudFaultError:
    """The fault an HTTP status of 400 or more stands for."""
    unknown = Condition.SERVER_FAULT if status >= 500 else Condition.BAD_ANSWER
    condition = _BY_STATUS.get(status, unknown)
    return CloudFaultError(
        condition=condition, detail=f"{status} {detail}", wait_s=wait_s, status=status
    )


def fault_of(error: Exception) -> CloudFaultError:
    """The fault that a library's exception stands for, by its class or the nearest base."""
    if isinstance(error, CloudFaultError):
        return error
    if type(error).__name__ == "DiscoveryFailure" and isinstance(error.__context__, Exception):
        return fault_of(error.__context__)  # keystoneauth tells the guess that failed, not why
    status = getattr(error, "http_status", None)
    if isinstance(status, int) and status >= 400:
        return fault_of_status(status, str(error))
    names = (kind.__name__ for kind in type(error).__mro__)
    condition = next((_BY_EXCEPTION[name] for name in names if name in _BY_EXCEPTION), None)
    return CloudFaultError(
        condition=condition or Condition.BAD_ANSWER,
        detail=f"{type(error).__name__}: {error}",
        unsent=_unsent(error),
    )


def _unsent(error: BaseException) -> bool:
    """Whether no connection came about; urllib3 knows, three libraries below."""
    causes: list[object] = [error]
    for cause in causes:
        if type(cause).__name__ in _NO_CONNECTION:
            return True
        if isinstance(cause, BaseException) and len(causes) < _DEEPEST:
            causes += [cause.__cause__, cause.__context__, getattr(cause, "reason", None)]
            causes += cause.args[:1]
    return False
