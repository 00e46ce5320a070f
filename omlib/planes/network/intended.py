"""The configuration a device should have: its template, filled in with what the inventory says.

Templates stand at `<platform>/<template>` under one directory. They run in Jinja's sandbox, and a
variable that is not there is an error that names template and line, never an empty text.
"""

from pathlib import Path

from jinja2 import FileSystemLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment

from omlib.errors import OmlibError
from omlib.model.estate import Device
from omlib.templates import InsideLoader, failure, render, sandbox

_LONGEST_CHARS = 16 * 1024 * 1024  # a device of 50,000 lines has two


class TemplateFailedError(OmlibError):
    """Facts: problems, one text each: `core-sw-1: frr/router.j2:12: 'vlan' is undefined`."""

    code = "template_failed"

    def __init__(self, *, problems: tuple[str, ...]) -> None:
        super().__init__(problems=problems)
        self.problems = problems


def environment(templates: Path) -> ImmutableSandboxedEnvironment:
    """*templates* holds one directory a platform."""
    return sandbox(InsideLoader(templates, encoding="utf-8"))


def intended(device: Device, templates: ImmutableSandboxedEnvironment) -> str:
    """The text; raises TemplateFailedError. A template sees the device's vars, *device* and
    *address*.
    """
    name = f"{device.platform}/{device.template}"
    values = {**device.vars, "device": device.id, "address": device.access.address}
    try:
        return render(templates, name, values, limit_chars=_LONGEST_CHARS)
    except Exception as error:  # a template can raise whatever Python can
        loader = templates.loader
        roots = loader.searchpath if isinstance(loader, FileSystemLoader) else ()
        at, line, what = failure(error, name, roots)
        where = f"{at}:{line}" if line else at
        raise TemplateFailedError(problems=(f"{device.id}: {where}: {what}",)) from error
