"""The estate's network gear as declared sections: what each template says, read like a device.

Both sides become attributes by the same function, so that a text never drifts from itself.
"""

from collections.abc import Iterator
from pathlib import Path

from omlib.model.estate import Device, Estate
from omlib.model.item import Attributes, Declared, Scope
from omlib.model.ref import Plane, Ref, make_ref
from omlib.planes.network.intended import TemplateFailedError, environment, intended
from omlib.planes.network.platforms import PLATFORMS
from omlib.planes.network.text import HIDDEN, Section, parse, sections

KIND = "section"
SECRETS = "secrets"  # the attribute that stands for them; a changed secret is not seen yet
WHOLE = "running configuration"  # the one item of a device whose platform cannot be read


def scope_of(device: str) -> Scope:
    return Scope(Plane.NETWORK, KIND, device)


def ref_of(device: str, section: str) -> Ref:
    return make_ref(Plane.NETWORK, KIND, device, section)


def attributes_of(section: Section) -> Attributes:
    """The section's lines; where order means nothing, as `members`."""
    lines: Attributes = {"lines" if section.ordered else "members": section.lines}
    return {**lines, SECRETS: HIDDEN} if section.secret else lines


def declare(estate: Estate, templates: Path) -> Iterator[Declared]:
    """One item per section of each device's intended text, by device and name.

    Raises TemplateFailedError with the problems of all devices.
    """
    ready = environment(templates)
    texts: dict[str, str] = {}
    problems: list[str] = []
    for _, device in sorted(estate.devices.items()):
        if device.platform not in PLATFORMS:
            continue
        try:
            texts[device.id] = intended(device, ready)
        except TemplateFailedError as error:
            problems.extend(error.problems)
    if problems:
        raise TemplateFailedError(problems=tuple(problems))
    for name, device in sorted(estate.devices.items()):
        if name in texts:
            yield from declared_items(device, texts[name])
        else:
            yield _declared(device, WHOLE, {})


def declared_items(device: Device, text: str) -> Iterator[Declared]:
    """The sections of one device's intended *text*, by name."""
    found = sections(parse(text, PLATFORMS[device.platform].dialect))
    for name in sorted(found):
        yield _declared(device, name, attributes_of(found[name]))


def _declared(device: Device, section: str, attributes: Attributes) -> Declared:
    return Declared(
        ref=ref_of(device.id, section),
        scope=scope_of(device.id),
        attributes=attributes,
        systems=device.systems,
        department=device.department,
        source=device.source,
    )
