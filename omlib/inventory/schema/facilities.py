"""Rooms, circuits, contracts and windows: the city's own paper, with no plane to ask."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from omlib.inventory.schema.base import (
    Cents,
    Count,
    Day,
    Id,
    Record,
    Text,
    TimeOfDay,
    one_as_list,
)


class RoomRecord(Record):
    """A server room 机房."""

    id: Id = Field(description="Name in the inventory.")
    name: Text = Field(description="Name as reports print it.")
    department: Id = Field(description="Whose it is.")
    target: Literal["keep", "vacate"] = Field(description="`keep` or `vacate`.")
    by: Day | None = Field(default=None, description="Day by which the target holds.")
    area_m2: Count = Field(default=0, description="Area in square metres.")
    racks: Count = Field(default=0, description="Racks.")


class CircuitRecord(Record):
    """A rented line 专线."""

    id: Id = Field(description="Name in the inventory.")
    kind: Literal["internet", "private"] = Field(description="`internet` or `private`.")
    a_end: Text = Field(description="Where it begins.")
    z_end: Text = Field(description="Where it ends.")
    mbps: Count = Field(description="Bandwidth in Mbit/s.")
    carrier: Text = Field(default="", description="Who rents it out.")
    contract: Id = Field(default="", description="The contract it is paid by.")
    device: Id = Field(default="", description="The device it is plugged into.")
    port: Text = Field(default="", description="The port of that device.")
    target: Literal["keep", "cut", "merge"] = Field(
        default="keep", description="`keep`, `cut`, `merge`."
    )


class ContractRecord(Record):
    """What one contract costs in one year, for one system or one package of work."""

    id: Id = Field(description="Number of the contract; its rows differ in year or system.")
    system: Id = Field(default="", description="The system it is for. Either this or `package`.")
    package: Text = Field(default="", description="Other work it is for 其他运维包.")
    supplier: Text = Field(description="Supplier.")
    kind: Text = Field(description="Kind of work: maintenance, licence, hosting ...")
    year: Annotated[int, Field(ge=1990, le=2100)] = Field(description="Year it belongs to.")
    amount_yuan: Cents = Field(description="Amount in yuan, at most two decimals.")
    allocation_pct: Annotated[int, Field(ge=0, le=100)] = Field(
        default=100, description="Share of the contract's cost in this row, in percent."
    )


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class WindowRecord(Record):
    """A change window, or a freeze in which nothing is changed."""

    id: Id = Field(description="Name in the inventory.")
    kind: Literal["change", "freeze"] = Field(description="`change` or `freeze`.")
    days: Annotated[
        list[Weekday], BeforeValidator(one_as_list, json_schema_input_type=Weekday | list[Weekday])
    ] = Field(
        default=["mon", "tue", "wed", "thu", "fri", "sat", "sun"], description="Days of the week."
    )
    start: TimeOfDay = Field(default="00:00", description="Begin, local time.")
    end: TimeOfDay = Field(
        default="24:00", description="End, local time; before `start`: the next day."
    )
    first_day: Day | None = Field(default=None, description="First day on which it holds.")
    last_day: Day | None = Field(default=None, description="Last day on which it holds.")
