"""Business systems, what became of retired ones, and waivers."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from omlib.inventory.schema.base import (
    Count,
    Day,
    Endpoint,
    Id,
    Record,
    RefText,
    Sha256,
    Text,
    bad_value,
    one_as_list,
)
from omlib.model.lifecycle import LifecycleStatus, Outcome, Stage

Zone = Literal["gov-extranet", "internet", "city", "video", "sensing"]
Names = Annotated[
    list[Text], BeforeValidator(one_as_list, json_schema_input_type=Text | list[Text])
]


class OwnerRecord(Record):
    business: Text = Field(description="Who answers for the business.")
    technical: Text = Field(description="Who answers for the technology.")


class MlpsRecord(Record):
    level: Annotated[int, Field(ge=1, le=5)] = Field(description="Level, 1 to 5.")
    filing_no: str = Field(default="", description="Number of the filing 备案号.")
    filed: Day | None = Field(default=None, description="Day of the filing.")


class LifecycleRecord(Record):
    stage: Annotated[Stage, Field(strict=False)] = Field(
        description="`design`, `build`, `operational`, `end_of_life`."
    )
    status: Annotated[LifecycleStatus, Field(strict=False)] = Field(
        description="`planned`, `in_development`, `in_use`, `pending_retirement`, `retired`."
    )
    since: Day = Field(description="Day since when.")


class DecisionRecord(Record):
    outcome: Annotated[Outcome, Field(strict=False)] = Field(
        description="`retain`, `merge`, `close`, `transfer`."
    )
    into: Id = Field(
        default="", description="The system merged into, or the department transferred to."
    )
    memo: Text = Field(default="", description="Where the memorandum is filed.")
    sha256: Sha256 = Field(default="", description="The memorandum's SHA-256.")
    reject_until: Day | None = Field(
        default=None, description="Not proposed again before this day."
    )


class DependencyRecord(Record):
    system: Id = Field(description="The system that is needed.")
    port: Endpoint = Field(default="", description="Where it is needed, `tcp/443`.")


class ProvidedRecord(Record):
    name: Text = Field(description="Name of the interface.")
    port: Endpoint = Field(description="`tcp/8443`.")
    fqdn: Text = Field(default="", description="DNS name.")


class DataRecord(Record):
    classes: Names = Field(default=[], description="Classes of data: personal, important ...")
    retention_until: Day | None = Field(default=None, description="Kept at least until this day.")
    archive_to: Text = Field(default="", description="Where the archive goes.")
    rpo_h: Count | None = Field(default=None, description="Most data that may be lost, in hours.")
    rto_h: Count | None = Field(default=None, description="Longest time to be back, in hours.")


class UsageRecord(Record):
    registered: Count | None = Field(default=None, description="Registered users.")
    expected_monthly: Count | None = Field(default=None, description="Users expected in a month.")
    calendar: Names = Field(default=[], description="Seasons of use: term-start, tax-season ...")


class XinchuangRecord(Record):
    os: Text = Field(default="", description="Operating system.")
    db: Text = Field(default="", description="Database.")
    middleware: Text = Field(default="", description="Middleware.")
    cpu: Text = Field(default="", description="Processor.")
    grade: Literal["I", "II", ""] = Field(
        default="", description="Grade of the evaluation, `I`, `II`."
    )
    valid_to: Day | None = Field(default=None, description="Last day of the evaluation.")


class IdentityRecord(Record):
    """What a retired thing was known by."""

    ref: RefText = Field(description="Its ref, `cloud/server/oa-01`.")
    where: Text = Field(
        default="",
        description="Where it stood: `cloud:region:project`; on other planes the ref's owner.",
    )
    keys: dict[Text, Names] = Field(
        default={}, description="Its keys on the live side: `id`, `mark`, `address`, `mac`, `name`."
    )


class RetiredRecord(Record):
    identities: list[IdentityRecord] = Field(description="Everything that must be gone.")


class SystemRecord(Record):
    """A business system 业务系统."""

    id: Id = Field(description="Name in the inventory; never given again.")
    name: Text = Field(description="Name as reports print it.")
    department: Id = Field(description="The department it belongs to.")
    owner: OwnerRecord = Field(description="Who answers for it.")
    function: Names = Field(default=[], description="Codes of the function catalogue.")
    replaces_vertical: bool | None = Field(
        default=None,
        description="Whether a superior authority's system 上级垂管系统 does the same.",
    )
    zone: Zone = Field(description="`gov-extranet`, `internet`, `city`, `video`, `sensing`.")
    mlps: MlpsRecord = Field(description="Multi-level protection 等级保护.")
    xinchuang: XinchuangRecord | None = Field(default=None, description="信创: what it stands on.")
    lifecycle: LifecycleRecord = Field(description="Where it stands in its life.")
    decision: DecisionRecord | None = Field(default=None, description="What was decided about it.")
    users: UsageRecord | None = Field(default=None, description="How much it should be used.")
    depends_on: list[DependencyRecord] = Field(default=[], description="Systems it needs.")
    provides: list[ProvidedRecord] = Field(default=[], description="Interfaces it offers.")
    data: DataRecord | None = Field(
        default=None, description="Its data and how long they are kept."
    )
    retired: RetiredRecord | None = Field(
        default=None, description="For a retired system, and only for one: what it was known by."
    )


class TombstoneRecord(Record):
    """A closed system. Nothing it was known by may come back before the quarantine ends."""

    system: Id = Field(description="Id of the closed system.")
    name: Text = Field(description="Its name.")
    department: Id = Field(default="", description="The department it belonged to.")
    closed: Day = Field(description="Day it was closed.")
    quarantine_until: Day = Field(description="Last day on which nothing of it may be used again.")
    identities: list[IdentityRecord] = Field(description="Everything it was known by.")


def _value(given: object) -> object:
    """A value items can have (`omlib.model.item.Value`): no floats, no collections but lists."""
    for one in given if isinstance(given, list) else [given]:
        if one is not None and not isinstance(one, str | int):
            raise bad_value("accepts")
    return given


class WaiverRecord(Record):
    """A drift that is accepted: one attribute, one value, for a stated time."""

    null_means: ClassVar[frozenset[str]] = frozenset({"accepts"})

    item: RefText = Field(description="The item's ref, `cloud/server/oa-01`.")
    path: Text = Field(description="The attribute, or `@presence`.")
    accepts: Annotated[Any, AfterValidator(_value)] = Field(
        description="The live value that is accepted; null: not there."
    )
    reason: Text = Field(description="Why.")
    owner: Text = Field(description="Who answers for it.")
    ticket: Text = Field(description="Where it was agreed.")
    since: Day = Field(description="First day.")
    until: Day = Field(description="Last day, within the policy's limit from `since`.")
