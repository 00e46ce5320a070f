"""How a fault of a cloud is told to the engine: in words, and whether a write may be done."""

from typing import Any, NoReturn

import grpc
from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2, status_pb2

from omlib.planes.cloud.faults import CloudFaultError, Condition

# After one of these nobody can say whether the cloud carried out what it was asked for.
_OPEN = frozenset(
    {
        Condition.NO_ANSWER,
        Condition.TIMED_OUT,
        Condition.SERVER_FAULT,
        Condition.BAD_ANSWER,
        Condition.BROKE_OFF,
        Condition.TOO_LARGE,
        Condition.CANCELLED,
        Condition.FAILED,
    }
)


def certain(fault: CloudFaultError) -> bool:
    """Whether a write that met *fault* has surely changed nothing."""
    return fault.unsent or 400 <= fault.status < 500 or fault.condition not in _OPEN


def words(fault: CloudFaultError) -> str:
    """What happened, and then the cloud's own words."""
    what = fault.fault.what
    return f"{what}: {fault.detail}" if fault.detail else what


def init_failed(
    context: grpc.ServicerContext, live_id: str, properties: Struct, inputs: Any, why: str
) -> NoReturn:
    """It was made, and did not come up: the engine keeps it in the state with its id."""
    failed = provider_pb2.ErrorResourceInitFailed(
        id=live_id, properties=properties, inputs=inputs, reasons=[why]
    )
    packed = Packed()
    packed.Pack(failed)
    code = grpc.StatusCode.UNKNOWN
    status = status_pb2.Status(code=code.value[0], message=why, details=[packed])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(code, why)
    raise AssertionError("abort raises")
