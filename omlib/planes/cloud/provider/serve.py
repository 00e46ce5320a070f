"""The provider's gRPC server, in this process; the engine attaches to its port."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
from pulumi.runtime.proto.provider_pb2_grpc import (
    ResourceProviderServicer,
    add_ResourceProviderServicer_to_server,
)

_THREADS = 32
_MESSAGE_BYTES = 400 * 1024 * 1024  # as the SDK's own servers
_END_S = 5.0


@contextmanager
def serving(servicer: ResourceProviderServicer) -> Iterator[int]:
    """Serve on a free port of this machine; gives the port.

    The generator holds the server: when one is collected, runs fail with "connection refused".
    """
    server = grpc.server(
        ThreadPoolExecutor(_THREADS, thread_name_prefix="omcloud"),
        options=[
            ("grpc.max_receive_message_length", _MESSAGE_BYTES),
            ("grpc.max_send_message_length", _MESSAGE_BYTES),
        ],
    )
    add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(_END_S).wait()
