"""Rows 15 and 16, 18 to 21: what runs and listens, what is out of date, and how it is guarded."""

from omlib.model.mlps import should_speak_tls
from omlib.model.ref import Plane
from omlib.model.status import Status, UnknownReason
from omlib.reconcile.mlps import limits
from omlib.reconcile.mlps.host import Host, listed


def installed(host: Host) -> None:
    """Row 15: packages and services are as the roles declare them, and nothing else is there."""
    _as_declared(host, "package")
    _as_declared(host, "service")


def listening(host: Host) -> None:
    """Row 16: what listens is what is declared."""
    _as_declared(host, "listener")


def _as_declared(host: Host, kind: str) -> None:
    here = (Plane.SERVER, kind, host.server.id)
    own = [
        one for one in host.facts.findings if (one.ref.plane, one.ref.kind, one.ref.owner) == here
    ]
    drifted = tuple(one.ref.part for one in own if one.status.is_drift)
    host.none_of(f"drift_{kind}", drifted)
    hidden = [one for one in own if one.status is Status.UNKNOWN]
    for finding in hidden[:1]:
        host.unknown(
            finding.reason or UnknownReason.ERROR, "unseen_items", kind=kind, n=len(hidden)
        )
    if kind not in host.server.state.full:
        host.undeclared("not_in_full", kind=kind)
    elif reason := host.sight(kind):
        host.unknown(reason, "unseen_fact", fact=kind)


def updated(host: Host) -> None:
    """Row 18: no security update has waited too long.

    A package manager that does not say when an update came out still bounds it: it is no younger
    than the list that names it.
    """
    pending, lists = host.texts("updates", "pending"), host.number("updates", "lists_days")
    if pending is None or lists is None:
        return
    most = limits.UPDATE_DAYS
    if not pending:
        if lists > most:
            host.unknown(UnknownReason.INCOMPLETE, "old_lists", days=lists)
        else:
            host.holds(True, "no_update_waits", days=lists)
        return
    if lists > most:
        host.holds(False, "updates_wait", names=listed(pending), days=lists)
    elif (oldest := host.number("updates", "oldest_days")) is not None:
        code = "updates_wait" if oldest > most else "updates_new"
        host.holds(oldest <= most, code, names=listed(pending), days=oldest)


def guarded(host: Host) -> None:
    """Row 19, only for hosts of the roles that the policy names: a guard against malware runs."""
    wanted = sorted(set(host.server.roles) & set(host.facts.estate.policy.antivirus_roles))
    host.applies = bool(wanted)
    agents = host.texts("antivirus", "agents") if wanted else None
    if agents is not None:
        code = "guard" if agents else "no_guard"
        host.holds(bool(agents), code, names=listed(agents), roles=listed(tuple(wanted)))


def booted(host: Host) -> None:
    """Row 20, for information: how it booted is on record. Any state is."""
    secure = host.text("boot", "secure_boot")
    tpm, ima = host.flag("boot", "tpm"), host.number("boot", "ima")
    if secure is not None:
        host.holds(True, "secure_boot", state=secure)
    if tpm is not None and ima is not None:
        host.holds(True, "measured", tpm=str(tpm).lower(), count=ima)


def encrypted(host: Host) -> None:
    """Row 21, where a listener of TLS or a certificate is declared: no old version, and in date."""
    listeners = [
        ref.part
        for ref in sorted(host.facts.items)
        if (ref.plane, ref.kind, ref.owner) == (Plane.SERVER, "listener", host.server.id)
        and should_speak_tls(ref.part)
    ]
    declared = sorted(host.server.state.of("certificate"))
    host.applies = bool(listeners or declared)
    for name in listeners:
        spoken = host.texts("tls", name)
        if spoken is not None:
            old = [one for one in spoken if one in limits.OLD_TLS]
            host.setting(bool(spoken) and not old, name, listed(spoken), ">= TLSv1.2")
    for path in declared:
        _certificate(host, path)
    if listeners and not declared:
        host.undeclared("no_declared_certificate")


def _certificate(host: Host, path: str) -> None:
    seen = host.declared("certificate", path)
    if seen is None:
        if reason := host.sight("certificate"):
            host.unknown(reason, "unseen_fact", fact=path)
        else:
            host.holds(False, "no_certificate", path=path)
        return
    days, names = seen.attributes.get("days_left"), seen.attributes.get("names")
    if not isinstance(days, int) or not isinstance(names, tuple):
        hidden = [seen.unseen.get(one) for one in ("days_left", "names", "@presence")]
        reason = next(filter(None, hidden), UnknownReason.ERROR)
        host.unknown(reason, "unseen_fact", fact=path)
        return
    least = limits.CERTIFICATE_DAYS
    host.setting(days > least, path, f"{days} d", f"> {least} d")
    wanted = host.server.state.of("certificate")[path].get("names")
    if isinstance(wanted, tuple):
        missing = tuple(str(one) for one in wanted if one not in names)
        host.none_of("name_not_covered", missing)
    else:
        host.undeclared("no_declared_names", path=path)
