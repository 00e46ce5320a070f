"""Run one OpenStack service, with all its parts as threads, in this one process.

    service.py NAME PORT ETC READY

NAME is keystone, placement, glance, neutron, cinder or nova; ETC the folder of its configuration;
READY a file that appears when the service can be used. Runs in the cloud's own venv, so it imports
nothing of omlib. The parts of a service share a process because messaging is `fake:///`.
"""

import logging
import os
import signal
import socket
import sys
import threading
import time
import warnings
from pathlib import Path

PLUG = str(Path(__file__).parent / "plug")
THREADS = 8
# open at once. waitress counts idle ones, too, and by default it takes nobody any more from the
# hundredth on, without a word: whoever asks then hangs until others have closed theirs
CONNECTIONS = 500
WAIT_S = 120


def keystone(etc):
    os.environ["OS_KEYSTONE_CONFIG_DIR"] = f"{etc}/keystone"
    from keystone.wsgi.api import application

    return application


def placement(etc):
    os.environ["OS_PLACEMENT_CONFIG_DIR"] = f"{etc}/placement"
    from placement.wsgi.api import application

    return application


def glance(etc):
    os.environ["OS_GLANCE_CONFIG_DIR"] = f"{etc}/glance"
    from glance.wsgi.api import application

    return application


def neutron(etc):
    os.environ["OS_NEUTRON_CONFIG_DIR"] = f"{etc}/neutron"
    os.environ["OS_NEUTRON_CONFIG_FILES"] = "neutron.conf"
    from neutron.wsgi.api import application

    return application


def cinder(etc):
    os.environ["OS_CINDER_DISABLE_EVENTLET_PATCHING"] = "1"
    sys.argv += ["--config-file", f"{etc}/cinder/cinder.conf"]
    from oslo_service import backend

    backend.init_backend(backend.BackendType.THREADING)
    import sqlite_writers  # noqa: F401
    from cinder.wsgi import api  # parses the configuration: first

    cinder_parts()
    return api.application


def cinder_parts():
    """Scheduler and volume service; the API has been imported by now."""
    import os_brick
    from cinder import service
    from cinder.common import constants
    from oslo_config import cfg

    conf = cfg.CONF
    os_brick.setup(conf)
    service.Service.create(binary="cinder-scheduler").start()
    for name in conf.enabled_backends:
        conf.register_opt(cfg.StrOpt("backend_host"), group=name)
        service.Service.create(
            host=f"{conf.host}@{name}",
            service_name=name,
            binary=constants.VOLUME_BINARY,
            coordination=True,
            cluster=None,
        ).start()


def nova(etc):
    os.environ["OS_NOVA_CONFIG_DIR"] = f"{etc}/nova"
    from nova import monkey_patch

    monkey_patch.patch(backend="threading")
    sys.argv += ["--config-file", f"{etc}/nova/nova.conf"]
    import nova.virt
    import sqlite_writers  # noqa: F401

    nova.virt.__path__.append(PLUG)  # compute_driver is looked up under nova.virt only
    from nova.wsgi.osapi_compute import application  # parses the configuration: first

    return application


def nova_parts():
    """Conductor, scheduler and compute; returns when a server can be created."""
    import os_brick
    import os_vif
    from nova import conf, context, objects, service, servicegroup
    from nova.compute import rpcapi as compute
    from nova.conductor import rpcapi as conductor
    from nova.objects import host_mapping
    from nova.scheduler import rpcapi as scheduler

    objects.register_all()
    os_vif.initialize()
    os_brick.setup(conf.CONF)
    for port in os.environ["LAB_WAIT_PORTS"].split():
        wait_for_port(int(port))
    parts = (
        ("nova-conductor", conductor),
        ("nova-scheduler", scheduler),
        ("nova-compute", compute),
    )
    for binary, rpc in parts:
        # compute answers on a second topic too, else a resize hangs in resize_prep
        second = getattr(rpc, "RPC_TOPIC_ALT", None)
        more = {"topic_alt": second} if second else {}
        service.Service.create(binary=binary, topic=rpc.RPC_TOPIC, **more).start()
    admin = context.get_admin_context()
    host_mapping.discover_hosts(admin)
    # a state from the template carries an old heartbeat: the first creates would find no host
    end = time.monotonic() + WAIT_S
    host, group = conf.CONF.host, servicegroup.API()
    while not group.service_is_up(objects.Service.get_by_compute_host(admin, host)):
        if time.monotonic() > end:
            raise TimeoutError(f"nova-compute on {host} sent no heartbeat in {WAIT_S} s")
        time.sleep(0.2)


def wait_for_port(port):
    end = time.monotonic() + WAIT_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def finish(name, ready):
    try:
        if name == "nova":
            nova_parts()
        ready.touch()
    except BaseException:
        logging.exception("%s could not start", name)
        os._exit(3)


def main(name, port, etc, ready):
    sys.path.insert(0, PLUG)
    sys.path.insert(0, f"{etc}/plug")  # the entry point of neutron's mechanism driver
    sys.argv = [f"{name}-lab"]
    warnings.simplefilter("ignore")
    if name not in ("nova", "cinder"):  # these two import it after their own patching
        import sqlite_writers  # noqa: F401
    application = globals()[name](etc)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    import waitress

    server = waitress.create_server(
        application,
        host="127.0.0.1",
        port=port,
        threads=THREADS,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=True,  # select() takes no descriptor above 1023
        clear_untrusted_proxy_headers=True,
        backlog=256,
    )
    threading.Thread(target=finish, args=(name, ready), daemon=True).start()
    server.run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
