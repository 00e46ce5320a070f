"""Commands about what is declared: validate, schema, inventory list, show, graph.

`ansible-inventory` hands it to Ansible.
"""

from typing import Annotated

import typer

from omlib.cli.options import AsJson, Inventory, Language, language
from omlib.cli.show import show, show_json

inventory = typer.Typer(help="What is declared: list, show, graph.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.command()(validate)
    app.command()(schema)
    app.command("ansible-inventory")(ansible_inventory)


def validate(path: Inventory = None, lang: Language = "", as_json: AsJson = False) -> int:  # noqa: ARG001
    """Check the whole inventory and tell every problem in one pass.

    Exit code 0 when it is sound, else 1.

    Examples:

      omlib validate

      omlib validate -i ../estate --json
    """
    from omlib.inventory.load import find_root, load
    from omlib.jobs.wiring import declared_items
    from omlib.report.inventory_screens import validation_json, validation_report

    root = find_root(path)
    loaded = load(root)
    if loaded.estate is not None:
        declared_items(loaded.estate, root)  # raises where a template cannot be filled in
    if as_json:
        show_json(validation_json(str(root), loaded))
    else:
        show(validation_report(str(root), loaded, language()))
    return 1 if loaded.problems else 0


def schema(
    collection: Annotated[
        str, typer.Argument(help="A collection; without it, their names.", show_default=False)
    ] = "",
    lang: Language = "",  # noqa: ARG001
) -> int:
    """Print the JSON Schema of one collection, for editors and other programs.

    Examples:

      omlib schema

      omlib schema systems > systems.json
    """
    from omlib.inventory.json_schema import collection_names, json_schema

    if not collection:
        for name in collection_names():
            typer.echo(name)
        return 0
    if collection not in collection_names():
        raise typer.BadParameter(f"{collection}: one of {', '.join(collection_names())}")
    show_json(json_schema(collection))
    return 0


@inventory.command("list")
def list_(
    collection: Annotated[
        str, typer.Argument(help="systems, vms, servers, network ...")
    ] = "systems",
    path: Inventory = None,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """List the records of one collection.

    Example:

      omlib inventory list vms
    """
    from omlib.inventory.listing import list_records
    from omlib.jobs.workspace import read_estate
    from omlib.report.inventory_screens import listing_json, listing_report

    rows = list_records(read_estate(path), collection)
    if as_json:
        show_json(listing_json(collection, rows))
    else:
        show(listing_report(collection, rows, language()))
    return 0


@inventory.command("show")
def show_one(
    record: Annotated[str, typer.Argument(help="The id of any record.")],
    path: Inventory = None,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """Show one record with where it is declared, and what refers to it.

    Example:

      omlib inventory show hrss-pay
    """
    from omlib.inventory.listing import find_records
    from omlib.jobs.workspace import read_estate
    from omlib.report.inventory_screens import record_json, record_report

    found = find_records(read_estate(path), record)
    if as_json:
        show_json(record_json(found))
    else:
        show(record_report(found, language()))
    return 0


@inventory.command()
def graph(path: Inventory = None, lang: Language = "") -> int:  # noqa: ARG001
    """Print departments, systems and what they depend on as a Mermaid graph.

    Example:

      omlib inventory graph > estate.mmd
    """
    from omlib.jobs.workspace import read_estate
    from omlib.report.graph import mermaid

    typer.echo(mermaid(read_estate(path)))
    return 0


def ansible_inventory(
    host: Annotated[
        str, typer.Option("--host", help="Only the variables of this host.", show_default=False)
    ] = "",
    list_: Annotated[bool, typer.Option("--list", help="All groups and hosts.")] = False,
    path: Inventory = None,
    lang: Language = "",  # noqa: ARG001
) -> int:
    """Print the declared hosts as an inventory script of Ansible does, in JSON.

    For where the plugin (`inventory/omlib.yml`) cannot be used: a script of two lines that calls
    this with its own arguments is an inventory. No secret is printed.

    Examples:

      omlib ansible-inventory --list

      omlib ansible-inventory --host hrss-app-01
    """
    from omlib.jobs.wiring import ansible_inventory as told
    from omlib.jobs.workspace import read_estate

    if bool(host) == list_:
        raise typer.BadParameter("one of --list and --host HOST")
    show_json(told(read_estate(path), host))
    return 0
