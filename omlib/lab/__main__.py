"""`python -m omlib.lab up|down|status|exec|logs`: what tests and scripts use without the CLI."""

import argparse
import json
import sys
from dataclasses import asdict

from omlib.lab import lifecycle
from omlib.lab.errors import LabError
from omlib.lab.layout import LabLayout
from omlib.lab.progress import StepEvent
from omlib.lab.spec import numbered


def tell(event: StepEvent, /) -> None:
    if event.seconds is None:
        sys.stderr.write(f"      .. {event.step}\n")
    else:
        sys.stderr.write(f"{event.seconds:6.1f} s {event.step}{' FAILED' * event.failed}\n")


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m omlib.lab", description=__doc__)
    verbs = top.add_subparsers(dest="verb", required=True)
    up = verbs.add_parser("up", help="start what is not running")
    up.add_argument("--servers", type=int, default=3)
    up.add_argument("--routers", type=int, default=2)
    up.add_argument("--no-cloud", dest="cloud", action="store_false")
    down = verbs.add_parser("down", help="remove the lab")
    down.add_argument("--all", action="store_true", help="images and caches too")
    verbs.add_parser("status", help="what stands, as JSON")
    execute = verbs.add_parser("exec", help="run a program in a host as root")
    execute.add_argument("name")
    execute.add_argument("argv", nargs=argparse.REMAINDER)
    logs = verbs.add_parser("logs", help="the journal of a host or the log of a service")
    logs.add_argument("name")
    return top


def main(arguments: list[str]) -> int:
    asked = parser().parse_args(arguments)
    try:
        layout = LabLayout.from_environment()
        if asked.verb == "up":
            spec = numbered(servers=asked.servers, routers=asked.routers, cloud=asked.cloud)
            lifecycle.up(layout, spec, tell)
            sys.stdout.write(f"{layout.run}/env\n")
        elif asked.verb == "down":
            lifecycle.down(layout, all=asked.all, progress=tell)
        elif asked.verb == "status":
            sys.stdout.write(json.dumps(asdict(lifecycle.status(layout)), indent=2) + "\n")
        elif asked.verb == "logs":
            sys.stdout.write(lifecycle.logs(layout, asked.name))
        else:
            done = lifecycle.exec_(layout, asked.name, asked.argv)
            sys.stdout.write(done.stdout)
            sys.stderr.write(done.stderr)
            return done.code
    except LabError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
