"""The configuration a device should have: its template, filled in with what the inventory says.

Templates stand at `<platform>/<template>` under one directory. They run in Jinja's sandbox, and a
variable that is not there is an error that names template and line, never an empty text.
"""

import traceback
from collections.abc import Callable
from pathlib import Path

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from omlib.errors import OmlibError
from omlib.model.estate import Device


class TemplateFailedError(OmlibError):
    """Facts: problems, one text each: `core-sw-1: frr/router.j2:12: 'vlan' is undefined`."""

    code = "template_failed"

    def __init__(self, *, problems: tuple[str, ...]) -> None:
        super().__init__(problems=problems)
        self.problems = problems


class InsideLoader(FileSystemLoader):
    """Jinja refuses `..` itself; a symbolic link that leads out of the folder is refused here."""

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        source, found, fresh = super().get_source(environment, template)
        roots = [Path(root).resolve() for root in self.searchpath]
        if not any(Path(found).resolve().is_relative_to(root) for root in roots):
            raise TemplateNotFound(template, f"{template} leads out of the templates")
        return source, found, fresh


def environment(templates: Path) -> ImmutableSandboxedEnvironment:
    """*templates* holds one directory a platform."""
    return ImmutableSandboxedEnvironment(
        loader=InsideLoader(templates, encoding="utf-8"),
        undefined=StrictUndefined,
        autoescape=False,  # a configuration is not a page
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def intended(device: Device, templates: ImmutableSandboxedEnvironment) -> str:
    """The text; raises TemplateFailedError. A template sees the device's vars, *device* and
    *address*.
    """
    name = f"{device.platform}/{device.template}"
    values = {**device.vars, "device": device.id, "address": device.access.address}
    try:
        return templates.get_template(name).render(values)
    except Exception as error:  # a template can raise whatever Python can
        where, what = _place(error, name, templates)
        raise TemplateFailedError(problems=(f"{device.id}: {where}: {what}",)) from error


def _place(
    error: Exception, name: str, templates: ImmutableSandboxedEnvironment
) -> tuple[str, str]:
    """`template:line` of the innermost template that was running, and what went wrong."""
    what = f"{type(error).__name__}: {error}"
    if isinstance(error, TemplateNotFound):
        what = f"no such template: {error.name}"
    elif isinstance(error, TemplateError):
        what = str(error.message)
    if isinstance(error, TemplateSyntaxError):
        return f"{error.name or name}:{error.lineno}", what
    roots = templates.loader.searchpath if isinstance(templates.loader, FileSystemLoader) else []
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        for root in roots:
            if frame.filename.startswith(f"{root}/"):
                return f"{Path(frame.filename).relative_to(root)}:{frame.lineno}", what
    return name, what
