"""Keys of a running ssh-agent, where the site says that they are offered."""

import threading

import paramiko

from omlib.planes.access.faults import AccessError, Fault


def agent_keys(limit_s: float) -> tuple[paramiko.PKey, ...]:
    """Those of the agent that SSH_AUTH_SOCK names, () if none runs; raises AccessError.

    An agent that hangs (a forwarded one, whose other end is asleep) costs no more than *limit_s*.
    """
    found: list[tuple[paramiko.PKey, ...] | Exception] = []

    def ask() -> None:
        try:
            found.append(paramiko.Agent().get_keys())
        except Exception as error:  # noqa: BLE001  (whatever a broken agent makes paramiko raise)
            found.append(error)

    thread = threading.Thread(target=ask, daemon=True, name="omlib-agent")
    thread.start()
    thread.join(limit_s)
    answer = found[0] if found else TimeoutError("no answer")
    if isinstance(answer, Exception):
        detail = f"ssh-agent: {answer}"
        raise AccessError(fault=Fault.NO_CREDENTIAL, detail=detail) from answer
    return answer
