"""Runs a Python program for plain `pulumi`: what `pulumi-language-python` does, for stacks/.

The official host comes with an official installation only. This one runs the project's __main__.py
on omlib's own Python. The engine starts it, reads its port from standard output, and ends it with
SIGINT.
"""

import os
import runpy
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

_MESSAGE_BYTES = 400 * 1024 * 1024  # as the SDK has it: a stack's state can be large


class _ProgramHost(LanguageServer):
    def __init__(self) -> None:
        super().__init__(self._main)
        self._folder = ""

    def _main(self) -> None:
        sys.path.insert(0, self._folder)
        runpy.run_path(f"{self._folder}/__main__.py", run_name="__main__")

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        return language_pb2.LanguageHandshakeResponse()

    def Run(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._folder = request.info.program_directory or request.pwd
        os.chdir(self._folder)
        return super().Run(request, context)  # type: ignore[no-untyped-call]

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        from google.protobuf import empty_pb2

        return empty_pb2.Empty()


def run() -> None:
    """Serve until the engine ends us; a traceback at each end of a run would tell nothing."""
    quiet = lambda *_: os._exit(0)  # noqa: E731
    signal.signal(signal.SIGINT, quiet)
    signal.signal(signal.SIGTERM, quiet)
    limit = ("grpc.max_receive_message_length", _MESSAGE_BYTES)
    server = grpc.server(ThreadPoolExecutor(max_workers=4), options=[limit])
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(_ProgramHost(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()


if __name__ == "__main__":
    run()
