"""The estate as a Mermaid graph: departments, their systems, what they need and what runs them."""

from collections.abc import Iterator

from omlib.model.estate import Estate
from omlib.model.lifecycle import LifecycleStatus

_STYLES = {
    LifecycleStatus.PENDING_RETIREMENT: "leaving",
    LifecycleStatus.RETIRED: "gone",
}


def mermaid(estate: Estate) -> str:
    """Text for any Mermaid viewer; equal for equal estates."""
    return "\n".join(_lines(estate)) + "\n"


def _lines(estate: Estate) -> Iterator[str]:
    nodes = {
        (kind, name): f"{kind}{number}"
        for kind, names in (
            ("d", estate.departments),
            ("s", estate.systems),
            ("v", estate.vms),
        )
        for number, name in enumerate(names, 1)
    }
    yield "graph LR"
    for department in estate.departments.values():
        yield f"  {nodes['d', department.id]}[{_quoted(department.name)}]"
    for system in estate.systems.values():
        style = _STYLES.get(system.lifecycle.status, "")
        shown = f"  {nodes['s', system.id]}({_quoted(f'{system.name}<br>{system.id}')})"
        yield f"{shown}:::{style}" if style else shown
    for vm in estate.vms.values():
        yield f"  {nodes['v', vm.id]}[/{_quoted(vm.id)}/]"
    for department in estate.departments.values():
        if department.parent:
            yield f"  {nodes['d', department.parent]} --- {nodes['d', department.id]}"
    for system in estate.systems.values():
        here = nodes["s", system.id]
        yield f"  {nodes['d', system.department]} --- {here}"
        for needed in system.depends_on:
            label = f"|{_quoted(needed.port)}|" if needed.port else ""
            yield f"  {here} -->{label} {nodes['s', needed.system]}"
    for vm in estate.vms.values():
        for name in vm.systems:
            yield f"  {nodes['s', name]} -.- {nodes['v', vm.id]}"
    yield "  classDef leaving stroke-dasharray: 5 5"
    yield "  classDef gone opacity: 0.5"


def _quoted(text: str) -> str:
    """Mermaid has no escape in quotes; entities stand for what would end them."""
    return '"' + text.replace("&", "#amp;").replace('"', "#quot;") + '"'
