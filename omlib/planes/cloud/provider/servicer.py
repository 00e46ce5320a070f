"""The provider `omcloud` as the engine calls it.

Check and Diff never touch a cloud. Reads are served from the run's listings, and tell "gone" only
where a GET under the same scope says 404: what cannot be seen keeps the state it had and is written
to the run's table of unknowns, so that one unreadable server stops no other.

Neither a request nor a credential is logged: inputs belong to the inventory, faults to the cloud.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer

from omlib import VERSION
from omlib.log import event
from omlib.planes.cloud.faults import CloudFaultError, Condition, fault_of
from omlib.planes.cloud.provider.api import Clouds
from omlib.planes.cloud.provider.compare import Change, compare
from omlib.planes.cloud.provider.functions import FUNCTIONS
from omlib.planes.cloud.provider.inputs import checked, shape
from omlib.planes.cloud.provider.journal import Journal, NoJournal
from omlib.planes.cloud.provider.kind import PLACE, Api, Inputs, Live, Mark, ResourceKind
from omlib.planes.cloud.provider.kinds import KINDS
from omlib.planes.cloud.provider.kinds.spelling import as_declared
from omlib.planes.cloud.provider.outcome import certain, init_failed, words
from omlib.planes.cloud.provider.place import Place, placed
from omlib.planes.cloud.provider.schema import schema_text
from omlib.planes.cloud.provider.unknowns import Unknown, Unknowns
from omlib.planes.cloud.provider.values import plain, struct
from omlib.planes.cloud.questions import QUESTIONS
from omlib.planes.cloud.stacks.names import named_by, stack_of

_DIFF_KINDS = {
    Change.ADD: provider_pb2.PropertyDiff.ADD,
    Change.UPDATE: provider_pb2.PropertyDiff.UPDATE,
    Change.ADD_REPLACE: provider_pb2.PropertyDiff.ADD_REPLACE,
    Change.UPDATE_REPLACE: provider_pb2.PropertyDiff.UPDATE_REPLACE,
}


class OmcloudServicer(ResourceProviderServicer):
    """*may_delete*: the live ids that this run may remove; every other removal is refused.

    *may_change*: the URNs that it was to make or change when it was looked at; None: any. What was
    as declared a moment ago, and is not now, was changed by somebody else meanwhile, and the engine
    would change it back, or make it again, before anybody judged that.
    """

    def __init__(
        self,
        clouds: Clouds,
        *,
        unknowns: Unknowns,
        journal: Journal | None = None,
        may_delete: frozenset[str] = frozenset(),
        may_change: frozenset[str] | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._clouds = clouds
        self._unknowns = unknowns
        self._journal = journal or NoJournal()
        self._may_delete = may_delete
        self._may_change = may_change
        self._tell = progress
        clouds.tell_to(progress)

    # The run

    def Attach(self, request: Any, context: grpc.ServicerContext) -> Empty:
        return Empty()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetSchema(self, request: Any, context: grpc.ServicerContext) -> Any:
        return provider_pb2.GetSchemaResponse(schema=schema_text())

    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Secrets are not taken: given plain, the engine itself encrypts them in the state."""
        self._clouds.begin()
        return provider_pb2.ConfigureResponse(acceptSecrets=False, supportsPreview=False)

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Empty:
        self._clouds.cancel()
        return Empty()

    # Pure

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = _kind(request.urn, context)
        inputs, wrong = checked(kind, plain(request.news))
        failures = [
            provider_pb2.CheckFailure(property=failure.property, reason=failure.why)
            for failure in wrong
        ]
        return provider_pb2.CheckResponse(inputs=struct(inputs), failures=failures)

    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:
        found = compare(
            _kind(request.urn, context).properties,
            old=plain(request.old_inputs),
            new=plain(request.news),
            seen=plain(request.olds),
            ignored=tuple(request.ignoreChanges),
        )
        some = provider_pb2.DiffResponse.DIFF_SOME
        return provider_pb2.DiffResponse(
            changes=some if found.changes else provider_pb2.DiffResponse.DIFF_NONE,
            diffs=list(found.changes),
            replaces=found.replaces,
            deleteBeforeReplace=found.delete_first,
            detailedDiff={
                name: provider_pb2.PropertyDiff(kind=_DIFF_KINDS[change], inputDiff=True)
                for name, change in found.changes.items()
            },
            hasDetailedDiff=True,
        )

    # What is there

    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = _kind(request.urn, context)
        inputs, outputs = plain(request.inputs), plain(request.properties)
        place, live_id = placed(request.id)
        place = place or _place(request.urn, inputs or outputs)
        importing = not inputs and not outputs
        live: Live | None = None
        seen = provider_pb2.ReadResponse(id="")
        try:
            live = _look(kind, self._clouds.api(place), live_id)
            if live and live.in_transition:
                raise CloudFaultError(condition=Condition.BEING_CHANGED, detail=live_id)
            if live and importing:
                inputs = _settable(kind, {**live.attributes, **place.named})
            if live:  # in here: a text or number may be none that the engine can be told
                seen = _seen(kind, place, live, inputs, outputs)
        except Exception as error:  # noqa: BLE001 - one that is unreadable stops no other
            fault = fault_of(error)
            if importing:  # there is no state to keep
                _refuse(context, fault)
            awaits = live is not None and live.awaits_update
            self._unknowns.put(
                request.urn, Unknown(fault.fault.reason, words(fault), awaits_update=awaits)
            )
            return provider_pb2.ReadResponse(
                id=request.id, properties=request.properties, inputs=request.inputs
            )
        if live is None:
            event("cloud.gone", urn=request.urn, id=live_id)
            return seen
        unseen = tuple(name for name in live.unseen if name in inputs)
        for name in unseen[:1]:
            detail = f"{live_id}: {', '.join(unseen)}"
            self._unknowns.put(request.urn, Unknown(live.unseen[name], detail, unseen))
        return seen

    def List(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        kind = _kind_of_token(request.token, context)
        if kind.name not in QUESTIONS:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{kind.name} is not listed by itself")
        with _told_to(context):
            listing = self._clouds.api(Place.of(plain(request.query))).seen.listing(kind.name)
            if listing.fault:
                raise listing.fault.again()
        most = request.limit if request.limit > 0 else len(listing.items)
        for item in listing.items[:most]:
            name = str(item.get("name") or "")
            live_id = str(item.get("id") or name)
            yield provider_pb2.ListResponse(
                result=provider_pb2.ListResponse.Result(id=live_id, name=name)
            )

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:
        function = FUNCTIONS.get(request.tok)
        if function is None:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"there is no function {request.tok}")
            raise AssertionError(request.tok)
        args = plain(request.args)
        with _told_to(context):
            told = function.look_up(self._clouds.api(Place.of(args)), args)
        return provider_pb2.InvokeResponse(**{"return": struct({**args, **told})})

    # What changes

    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:
        if request.preview:  # only an engine that was told more than we say asks for this
            return provider_pb2.CreateResponse(properties=request.properties)
        kind, inputs = _kind(request.urn, context), plain(request.properties)
        place, item = Place.of(inputs), named_by(request.urn)[1]
        made: list[str] = []

        def note(live_id: str) -> None:
            made.append(live_id)
            self._journal.made(request.urn, live_id)

        with _told_to(context):
            self._check_judged(request.urn)
        name = str(inputs.get("name") or "")
        self._journal.began(request.urn, kind.name, place, name)
        try:
            api = self._clouds.api(place)
            with self._writing(api, f"create {kind.name} {item}", kind, request.urn):
                live_id = kind.create(api, inputs, Mark(request.urn, item), note)
        except Exception as error:  # noqa: BLE001 - told to the engine, each in its own way
            self._not_created(request, context, kind, inputs, made, fault_of(error))
        self._journal.ended(request.urn, live_id)
        return provider_pb2.CreateResponse(
            id=live_id, properties=struct(self._settled(kind, place, live_id, inputs))
        )

    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:
        if request.preview:
            return provider_pb2.UpdateResponse(properties=request.news)
        kind, inputs = _kind(request.urn, context), plain(request.news)
        place, item = Place.of(inputs), named_by(request.urn)[1]
        with _told_to(context):
            self._check_judged(request.urn)
            api = self._clouds.api(place)
            live = kind.get(api, request.id)
            if live is None:
                detail = f"{kind.name} {request.id} is gone"
                raise CloudFaultError(condition=Condition.NOT_FOUND, detail=detail)
            if live.in_transition and not live.awaits_update:
                raise CloudFaultError(condition=Condition.BEING_CHANGED, detail=request.id)
            with self._writing(api, f"update {kind.name} {item}", kind, request.urn):
                kind.update(api, as_declared(kind.properties, live, inputs), inputs)
        return provider_pb2.UpdateResponse(
            properties=struct(self._settled(kind, place, request.id, inputs))
        )

    def Delete(self, request: Any, context: grpc.ServicerContext) -> Empty:
        kind = _kind(request.urn, context)
        place = Place.of(plain(request.old_inputs) or plain(request.properties))
        with _told_to(context):
            if request.id not in self._may_delete:
                detail = f"{kind.name} {request.id}"
                raise CloudFaultError(condition=Condition.NOT_PERMITTED, detail=detail)
            api = self._clouds.api(place)
            item = named_by(request.urn)[1]
            with self._writing(api, f"delete {kind.name} {item}", kind, request.urn):
                kind.delete(api, request.id)
        return Empty()

    def _check_judged(self, urn: str) -> None:
        if self._may_change is not None and urn not in self._may_change:
            kind, item = named_by(urn)
            detail = f"{kind} {item} changed in the cloud while this run began"
            raise CloudFaultError(condition=Condition.NOT_PERMITTED, detail=detail)

    @contextmanager
    def _writing(self, api: Api, what: str, kind: ResourceKind, urn: str) -> Iterator[None]:
        began = time.monotonic()
        self._tell(what)
        event("cloud.change", what=what, urn=urn)
        try:
            yield
        finally:
            api.seen.changed(kind.name)
            event("cloud.changed", what=what, urn=urn, took_s=time.monotonic() - began)

    def _not_created(
        self,
        request: Any,
        context: grpc.ServicerContext,
        kind: ResourceKind,
        inputs: Mapping[str, Any],
        made: list[str],
        fault: CloudFaultError,
    ) -> NoReturn:
        """What was made and did not settle goes into the state, and so is never made twice."""
        if made:
            seen = self._settled(kind, Place.of(inputs), made[-1], inputs)
            init_failed(context, made[-1], struct(seen), request.properties, words(fault))
        if certain(fault):
            self._journal.ended(request.urn, "")
        _refuse(context, fault)

    def _settled(
        self, kind: ResourceKind, place: Place, live_id: str, inputs: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The outputs after a write: as the cloud has it, else what it was asked for."""
        try:
            live = kind.get(self._clouds.api(place), live_id)
        except Exception as error:  # noqa: BLE001 - it was written; the next look tells the rest
            event("cloud.unseen_after_write", kind=kind.name, id=live_id, why=str(fault_of(error)))
            live = None
        if live is None:
            return dict(inputs)
        return _properties(kind, place, as_declared(kind.properties, live, inputs), inputs)

    # Not ours; each is refused by name, or the engine's log shows a traceback for it

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        """Answered, the engine would call Create and Update in previews, whatever we say later."""
        _unimplemented(context)

    def Parameterize(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        _unimplemented(context)

    def Construct(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        _unimplemented(context)

    def Call(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        _unimplemented(context)

    def GetMapping(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        _unimplemented(context)

    def GetMappings(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        _unimplemented(context)


def _look(kind: ResourceKind, api: Api, live_id: str) -> Live | None:
    """From the listing; what it lacks is gone only where a GET says so."""
    return kind.live(api, live_id) or kind.get(api, live_id)


def _seen(
    kind: ResourceKind, place: Place, live: Live, inputs: Inputs, outputs: Inputs
) -> provider_pb2.ReadResponse:
    properties = _properties(kind, place, as_declared(kind.properties, live, inputs), outputs)
    return provider_pb2.ReadResponse(
        id=live.id,
        properties=struct(properties),
        inputs=struct({name: properties.get(name, inputs[name]) for name in inputs}),
    )


def _settable(kind: ResourceKind, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """All that could be declared of an imported thing; what the program leaves out is passed by."""
    inputs = {prop.name for prop in kind.properties if not prop.computed}
    return {name: value for name, value in attributes.items() if name in inputs}


def _properties(
    kind: ResourceKind, place: Place, live: Live, before: Mapping[str, Any]
) -> dict[str, Any]:
    """Every property of the live thing; what could not be seen stays as it was."""
    named = {**place.named, **{n: before[n] for n in place.named if before.get(n)}}
    kept = {name: before[name] for name in live.unseen if name in before}
    return shape(kind, {**live.attributes, **kept, **named})


def _place(urn: str, properties: Mapping[str, Any]) -> Place:
    """Where a resource stands; at an import only its stack's name can tell."""
    if properties.get(PLACE[0].name):
        return Place.of(properties)
    stack = stack_of(urn.split("::")[0].removeprefix("urn:pulumi:"))
    return stack.place if stack else Place("", "", "")


def _kind(urn: str, context: grpc.ServicerContext) -> ResourceKind:
    return _kind_of_token(urn.split("::")[2].rpartition("$")[2], context)


def _kind_of_token(token: str, context: grpc.ServicerContext) -> ResourceKind:
    kind = KINDS.get(token)
    if kind is None:
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"omcloud has no resource {token}")
        raise AssertionError(token)
    return kind


@contextmanager
def _told_to(context: grpc.ServicerContext) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it was, the engine gets words
        _refuse(context, fault_of(error))


def _refuse(context: grpc.ServicerContext, fault: CloudFaultError) -> NoReturn:
    """UNKNOWN: it may have been done. The engine forgets such a creation; the journal does not."""
    code = grpc.StatusCode.FAILED_PRECONDITION if certain(fault) else grpc.StatusCode.UNKNOWN
    context.abort(code, words(fault))
    raise AssertionError(words(fault))


def _unimplemented(context: grpc.ServicerContext) -> NoReturn:
    context.abort(grpc.StatusCode.UNIMPLEMENTED, "omcloud does not answer this")
    raise AssertionError("abort raises")
