"""The sockets of the simulation: HTTP/1.1 with connections kept open, a thread for each."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from omlib.testing.openstack.control import control
from omlib.testing.openstack.simulation import Call, Reply, Simulation


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    simulation: Simulation

    def handle_error(self, request: object, client_address: object) -> None:
        """Who asked may have been killed; that is what the simulation is there for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "omlib-simulated-openstack"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body in one packet
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.simulation.counts.connected(1)

    def finish(self) -> None:
        self.server.simulation.counts.connected(-1)
        super().finish()

    def do_GET(self) -> None:
        self._take()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET  # noqa: N815 - the base's names

    def _take(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if parts.path.startswith("/control/"):
            told = control(self.server.simulation, parts.path, json.loads(body or b"{}"))
            self._say(Reply(told[0], {}, json.dumps(told[1]).encode()))
            return
        call = Call(
            method=self.command,
            url=f"http://{self.headers.get('Host')}",
            path=parts.path,
            query=parse_qs(parts.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        self._say(self.server.simulation.take(call))

    def _say(self, reply: Reply) -> None:
        body, trouble = reply.body, reply.trouble
        with suppress(OSError):
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if trouble and trouble.cut:
                self.wfile.write(body[: len(body) // 2])
                self.close_connection = True
            elif trouble and trouble.trickle_s:
                for byte in body:
                    self.wfile.write(bytes((byte,)))
                    self.wfile.flush()
                    time.sleep(trouble.trickle_s)
            else:
                self.wfile.write(body)
            self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        pass


@contextmanager
def listening(simulation: Simulation, port: int = 0) -> Iterator[str]:
    """The address at which *simulation* answers, until the end of the block."""
    server = _Server(("127.0.0.1", port), _Handler)
    server.simulation = simulation
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
