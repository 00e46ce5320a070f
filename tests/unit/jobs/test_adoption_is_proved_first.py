"""What the proof leaves out and why, over stacks that say what they are told to say."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from omlib.inventory.load import load
from omlib.inventory.put_files import MovedFileError
from omlib.jobs.adopt import carry_out
from omlib.jobs.adopt_proof import AdoptionFailedError, AdoptionStoppedError
from omlib.jobs.adopt_proposal import Proposal, Proposing
from omlib.jobs.adopt_rows import Wish
from omlib.jobs.adopt_scope import Subjects
from omlib.jobs.wiring import declared_items
from omlib.model.estate import Estate
from omlib.model.item import Actual, Key, Scope, Value
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane, Ref, make_ref
from omlib.model.stack import Cause, Op, Sides, StackResult, StackRun, Step, Verb
from omlib.model.status import UnknownReason
from omlib.report.adoption import Fate

WHERE = "gov:RegionOne:hrss"
AT = datetime(2026, 11, 21, tzinfo=UTC)
BOOKS = {
    "estate.yml": "schema: 1\nname: 演示市\ntimezone: Asia/Shanghai\n",
    "departments.yml": "departments: [{id: hrss, name: 人社局}]\n",
    "sites.yml": "sites: [{id: gov, name: 政务云}]\n",
    "clouds.yml": "clouds:\n  - {id: gov, name: 政务云, site: gov, profile: p, region: RegionOne,\n"
    "     projects: [{id: hrss, department: hrss}],\n"
    "     networks: [{id: gov-net, cidr: 198.18.4.0/24}]}\n",
}


@dataclass
class ToldStacks:
    """Stacks that hold *states* and answer a preview with *steps* by ref, else with imports."""

    states: dict[Ref, str] = field(default_factory=dict)
    steps: dict[Ref, Step] = field(default_factory=dict)
    fault: StackResult | None = None
    previews: list[frozenset[Ref]] = field(default_factory=list)
    imported: dict[Ref, str] = field(default_factory=dict)

    def held(self) -> Mapping[Ref, str]:
        return self.states

    def importable(
        self, estate: Estate, found: Mapping[Ref, str], observed: Observation
    ) -> Mapping[Ref, str]:
        assert {vm.id for vm in estate.vms.values()} >= {ref.owner for ref in found}
        assert observed.actual
        return {ref: own for ref, own in found.items() if ref not in self.states}

    def preview(self, estate: Estate, imports: Mapping[Ref, str]) -> StackRun:
        assert all(estate.vms[ref.owner].bound_id == own for ref, own in imports.items())
        self.previews.append(frozenset(imports))
        steps = [self.steps.get(ref) or _step(ref, Op.IMPORT) for ref in imports]
        result = self.fault or StackResult(stack="s", verb=Verb.PREVIEW, steps=tuple(steps))
        return StackRun(verb=Verb.PREVIEW, results=(result,))

    def adopt(self, estate: Estate, imports: Mapping[Ref, str]) -> StackRun:
        self.imported |= imports
        same = tuple(_step(ref, Op.SAME) for ref in imports)
        done = StackResult(stack="s", verb=Verb.UP, steps=(), again=same, changed=True)
        return StackRun(verb=Verb.UP, results=(done,))


def _step(ref: Ref, op: Op) -> Step:
    return Step(urn=f"urn:pulumi:s::omlib::t::{ref.owner}", ref=ref, op=op, imports=True)


def vm(own_id: str) -> Ref:
    return make_ref(Plane.CLOUD, "server", own_id)


def live(own_id: str, name: str, address: str, **more: Value) -> Actual:
    seen: dict[str, Value] = {"name": name, "vcpu": 2, "ram_mib": 4096, "power": "on", **more}
    return Actual(
        ref=make_ref(Plane.CLOUD, "server", f"@{WHERE}:{own_id}"),
        scope=Scope(Plane.CLOUD, "server", WHERE),
        attributes={**seen, "addresses": (address,), "project": "hrss"},
        keys=(Key("id", own_id), Key("address", address)),
        label=name,
    )


LIVE = (live("u1", "one", "198.18.4.1"), live("u2", "two", "198.18.4.2"))
RECORDS = "".join(
    f"  - {{id: {name}, cloud: gov, project: hrss, vcpu: 2, ram_mib: 4096,\n"
    f"     interfaces: [{{network: gov-net, address: 198.18.4.{number}}}]}}\n"
    for number, name in enumerate(("one", "two"), 1)
)


def proposing(
    root: Path,
    stacks: ToldStacks,
    vms: str = f"vms:\n{RECORDS}",
    things: tuple[Actual, ...] = LIVE,
    **wish: bool,
) -> Proposing:
    for name, text in {**BOOKS, "vms.yml": vms}.items():
        (root / name).write_text(text, encoding="utf-8")
    estate = load(root).checked()
    sight = Sight(complete=True, reason=None, at=AT, by="t", via="t")
    kinds = ("server", "volume", "port", "floating_ip", "security_group")
    sights = {Scope(Plane.CLOUD, kind, WHERE): sight for kind in kinds}
    return Proposing(
        root=root,
        estate=estate,
        items=declared_items(estate, root),
        seen=Observation(sights=sights, actual=things),
        stacks=stacks,
        wish=Wish(subjects=Subjects(), min_score=60, **wish),
    )


def fates(proposal: Proposal) -> dict[str, Fate]:
    return {row.ref.owner: row.fate for row in proposal.rows}


def test_what_is_proved_is_written_and_imported(tmp_path: Path) -> None:
    stacks = ToldStacks()
    proposal = proposing(tmp_path, stacks).run()
    assert fates(proposal) == {"one": Fate.ADOPT, "two": Fate.ADOPT}
    assert "bound_id" not in (tmp_path / "vms.yml").read_text(encoding="utf-8")
    assert carry_out(tmp_path, stacks, proposal)
    assert stacks.imported == {vm("one"): "u1", vm("two"): "u2"}
    assert load(tmp_path).checked().vms["two"].bound_id == "u2"


def test_what_the_engine_would_change_is_left_out_by_attribute_and_proved_again(
    tmp_path: Path,
) -> None:
    side = Sides(path="image", declared="a", live="b", recorded=None, cause=Cause.UNKNOWN)
    stacks = ToldStacks(steps={vm("one"): replace(_step(vm("one"), Op.REPLACE), sides=(side,))})
    proposal = proposing(tmp_path, stacks).run()
    assert fates(proposal) == {"one": Fate.DIFFERS, "two": Fate.ADOPT}
    (row,) = (row for row in proposal.rows if row.fate is Fate.DIFFERS)
    assert [(d.path, d.declared, d.actual) for d in row.differences] == [("image", "a", "b")]
    assert stacks.previews == [frozenset({vm("one"), vm("two")}), frozenset({vm("two")})]
    assert "bound_id: u1" not in proposal.files["vms.yml"].after.decode()


def test_what_the_engine_cannot_see_waits(tmp_path: Path) -> None:
    blind = replace(_step(vm("one"), Op.SAME), unknown=UnknownReason.DENIED)
    proposal = proposing(tmp_path, ToldStacks(steps={vm("one"): blind})).run()
    assert fates(proposal) == {"one": Fate.UNSEEN, "two": Fate.ADOPT}


def test_a_record_that_others_share_is_left_alone(tmp_path: Path) -> None:
    shared = RECORDS.replace("- {id: one", "- &one {id: one").replace(
        "{id: two,", "{<<: *one, id: two,"
    )
    proposal = proposing(tmp_path, ToldStacks(), f"vms:\n{shared}").run()
    assert fates(proposal) == {"one": Fate.UNWRITTEN, "two": Fate.ADOPT}


def test_a_new_record_that_would_spoil_the_inventory_is_dropped(tmp_path: Path) -> None:
    outside = live("u3", "three", "198.18.9.3")
    port = Actual(
        ref=make_ref(Plane.CLOUD, "port", f"@{WHERE}:p3"),
        scope=Scope(Plane.CLOUD, "port", WHERE),
        attributes={"network": "gov-net", "addresses": ("198.18.9.3",)},
        keys=(Key("id", "p3"),),
        parent=Key("id", "u3"),
    )
    things = (*LIVE, outside, live("u4", "four", "198.18.4.4"), port)
    proposal = proposing(tmp_path, ToldStacks(), things=things, new=True).run()
    told = {row.label: (row.id, row.needs) for row in proposal.newcomers}
    assert told["three"] == ("", ("spoils",))
    assert told["four"][0] == "four"
    assert "three" not in proposal.files["vms.yml"].after.decode()


def test_what_a_state_has_is_done_and_a_name_that_it_gave_away_is_blocked(tmp_path: Path) -> None:
    stacks = ToldStacks(states={vm("one"): "u1", vm("two"): "elsewhere"})
    proposal = proposing(tmp_path, stacks).run()
    assert fates(proposal) == {"one": Fate.DONE, "two": Fate.BLOCKED}
    assert (proposal.files, proposal.imports) == ({}, {})


@pytest.mark.parametrize(("refusal", "error"), [(True, AdoptionStoppedError), (False, None)])
def test_a_stack_without_a_whole_answer_ends_it(
    tmp_path: Path, refusal: bool, error: type[Exception] | None
) -> None:
    fault = StackResult(stack="s", verb=Verb.PREVIEW, fault="engine_failed", is_refusal=refusal)
    with pytest.raises(error or AdoptionFailedError):
        proposing(tmp_path, ToldStacks(fault=fault)).run()
    assert "bound_id" not in (tmp_path / "vms.yml").read_text(encoding="utf-8")


def test_an_inventory_that_moved_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    stacks = ToldStacks()
    proposal = proposing(tmp_path, stacks).run()
    (tmp_path / "vms.yml").write_text("vms: []\n", encoding="utf-8")
    with pytest.raises(MovedFileError):
        carry_out(tmp_path, stacks, proposal)
    assert not stacks.imported
