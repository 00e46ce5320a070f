"""How every template runs: in Jinja's sandbox, with nothing outside its folder, and within bounds.

A variable that is not there is an error, never an empty text. An error is told by the template and
the line of it that failed.
"""

import traceback
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from jinja2 import (
    BaseLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

_LARGEST_CHARS = 1024 * 1024  # that one operation may make


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


class _Sandbox(ImmutableSandboxedEnvironment):
    """One operation could ask for more memory than there is, before any of it is written."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        if operator == "**":
            raise SecurityError("** is not for templates")
        for many, times in ((left, right), (right, left)):
            if isinstance(many, str | list | tuple) and isinstance(times, int):
                _bounded(len(many) * times, _LARGEST_CHARS)
        return super().call_binop(context, operator, left, right)


def _bounded(size: int, limit: int) -> None:
    if size > limit:
        raise SecurityError(f"more than {limit} characters")


def sandbox(loader: BaseLoader) -> ImmutableSandboxedEnvironment:
    return _Sandbox(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=False,  # a configuration is not a page
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render(
    templates: ImmutableSandboxedEnvironment,
    name: str,
    values: Mapping[str, object],
    *,
    limit_chars: int,
) -> str:
    """The text; raises whatever a template can, which `failure` puts into words."""
    pieces, size = [], 0
    for piece in templates.get_template(name).generate(values):
        size += len(piece)
        _bounded(size, limit_chars)
        pieces.append(piece)
    return "".join(pieces)


def failure(error: Exception, name: str, roots: Iterable[str]) -> tuple[str, int, str]:
    """Template and line of the innermost template that was running, and what went wrong.

    *roots* are the folders that templates' file names begin with; the line is 0 where there is
    none.
    """
    what = f"{type(error).__name__}: {error}"
    if isinstance(error, TemplateNotFound):
        what = f"no such template: {error.name}"
    elif isinstance(error, TemplateError):
        what = str(error.message)
    if isinstance(error, TemplateSyntaxError):
        return error.name or name, error.lineno, what
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        for root in roots:
            if frame.filename.startswith(f"{root}/"):
                return Path(frame.filename).relative_to(root).as_posix(), frame.lineno or 0, what
    return name, 0, what
