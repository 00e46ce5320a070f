"""One run of the engine with a program in this process, and every event that it tells.

The Automation API is not used for this: it keeps one operation's state for the whole process, and
loses events that it does not know.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.automation.errors import CommandError
from pulumi.runtime.proto import (
    events_pb2_grpc,
    language_pb2,
    language_pb2_grpc,
    plugin_pb2,
    resource_pb2_grpc,
)

from omlib.planes.cloud.engine.command import EngineCommand

Event = Mapping[str, Any]
Program = Callable[[Any], None]  # is given a stub of the engine's ResourceMonitor
_MESSAGE_BYTES = 400 * 1024 * 1024  # as the SDK has it: a stack's state can be large
_OPTIONS = (
    ("grpc.max_receive_message_length", _MESSAGE_BYTES),
    ("grpc.max_send_message_length", _MESSAGE_BYTES),
)
_LAST_EVENTS_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """*events* as they came. *whole*: none is missing, and the stream of them ended by itself.

    *said* is what the engine wrote, for the case that no event says what went wrong.
    """

    events: tuple[Event, ...]
    whole: bool
    code: int
    said: str


def run_inline(
    command: EngineCommand,
    args: Sequence[str],
    *,
    folder: str,
    env: Mapping[str, str],
    program: Program | None,
    on_event: Callable[[Event], None] = lambda _event: None,
) -> Heard:
    """Run `pulumi *args*` to its end. *program* None: the command runs none."""
    listener = _Listener(on_event)
    with _serving(listener, events_pb2_grpc.add_EventsServicer_to_server) as events_port:
        more = ["--event-log", f"tcp://127.0.0.1:{events_port}", "--color", "never"]
        told = {**env, "PULUMI_DEBUG_COMMANDS": "true"}  # unlocks --event-log
        if program is None:
            code, said = _run(command, [*args, *more], folder, told)
        else:
            with _serving(
                _Language(program), language_pb2_grpc.add_LanguageRuntimeServicer_to_server
            ) as port:
                more += [f"--client=127.0.0.1:{port}", "--exec-kind", "auto.inline"]
                code, said = _run(command, [*args, *more], folder, told)
        ended = listener.ended.wait(_LAST_EVENTS_S if listener.begun else 0)
    return Heard(
        events=tuple(listener.events),
        whole=ended and not listener.broken and _none_missing(listener.events),
        code=code,
        said=said,
    )


def _run(
    command: EngineCommand, args: list[str], folder: str, env: Mapping[str, str]
) -> tuple[int, str]:
    try:
        result = command.run(args, folder, env)
    except CommandError as error:
        return 1, str(error)
    return result.code, result.stderr or result.stdout


def _none_missing(events: Sequence[Event]) -> bool:
    """The engine numbers its events."""
    return sorted(event.get("sequence", -1) for event in events) == list(range(len(events)))


@contextmanager
def _serving(servicer: Any, add: Callable[[Any, grpc.Server], None]) -> Iterator[int]:
    server = grpc.server(ThreadPoolExecutor(max_workers=4), options=_OPTIONS)
    add(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(0)


class _Listener(events_pb2_grpc.EventsServicer):
    def __init__(self, tell: Callable[[Event], None]) -> None:
        self._tell = tell
        self.events: list[Event] = []
        self.begun = self.broken = False
        self.ended = threading.Event()

    def StreamEvents(self, request_iterator: Any, context: Any) -> Any:  # noqa: ARG002, N802
        self.begun = True
        try:
            for request in request_iterator:
                event = json.loads(request.event)
                self.events.append(event)
                self._tell(event)
        except Exception:
            self.broken = True  # the result is unknown then; the engine goes on
            raise
        finally:
            self.ended.set()
        return empty_pb2.Empty()


class _Language(language_pb2_grpc.LanguageRuntimeServicer):
    """What the engine takes for the host of a language: it runs our program."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        return language_pb2.GetRequiredPluginsResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        return plugin_pb2.PluginInfo()

    def About(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        return language_pb2.AboutResponse()

    def Run(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        with grpc.insecure_channel(request.monitor_address, options=_OPTIONS) as channel:
            try:
                self._program(resource_pb2_grpc.ResourceMonitorStub(channel))
            except grpc.RpcError as error:
                if error.code() is grpc.StatusCode.UNAVAILABLE:
                    return language_pb2.RunResponse()  # the engine gave up; its events say why
                return language_pb2.RunResponse(error=str(error.details()))
            except Exception as error:  # noqa: BLE001 - the engine tells it
                return language_pb2.RunResponse(error=f"{type(error).__name__}: {error}")
        return language_pb2.RunResponse()
