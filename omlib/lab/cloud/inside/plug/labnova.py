"""nova driver: a server with a port on network `lab-hosts` is a real host at its fixed address.

Every other server stays a record of nova's own fake driver. All work on hosts is done by one
program (LAB_HOST_COMMAND, a JSON list: `omlib.lab.host`), so nova itself touches no container.
"""

import json
import logging
import os
import subprocess
import time

import nova.context
from nova import exception, objects
from nova.compute import power_state
from nova.virt import fake, hardware, node

LOG = logging.getLogger(__name__)
NETWORK = "lab-hosts"
STATES = {
    "running": power_state.RUNNING,
    "paused": power_state.PAUSED,
    "stopped": power_state.SHUTDOWN,
}
LISTING_S = 1.0  # how long one listing answers for the state of all hosts
FAULT_LENGTH = 200  # nova keeps 255 characters of a fault


def run_host_program(*arguments, stdin=""):
    done = subprocess.run(
        [*json.loads(os.environ["LAB_HOST_COMMAND"]), *arguments],
        cwd=os.environ["LAB_HOST_DIRECTORY"],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode:
        said = done.stderr.strip()[-FAULT_LENGTH:]
        raise exception.NovaException(f"lab host {arguments[0]}: {said}")
    return done.stdout


def host_name(instance):
    return f"vm-{instance.uuid}"


def host_port(network_info):
    return next((vif for vif in network_info or () if vif["network"]["label"] == NETWORK), None)


class LabDriver(fake.SameHostColdMigrateDriver):
    """The fake driver that can resize on one host, with the size of a city's cloud and a node that
    keeps its uuid: with another one nova refuses to start again."""

    vcpus = 2048
    memory_mb = 4096 * 1024
    local_gb = 400 * 1024

    def init_host(self, host):
        super().init_host(host)
        for instance in objects.InstanceList.get_by_host(nova.context.get_admin_context(), host):
            if instance.vm_state not in ("deleted", "error", "building"):
                state = instance.power_state
                state = power_state.RUNNING if state is None else state
                self.instances[instance.uuid] = fake.FakeInstance(
                    instance.name, state, instance.uuid
                )

    def get_available_resource(self, nodename):
        return {
            **super().get_available_resource(nodename),
            "uuid": node.get_local_node_uuid(),
        }

    def get_nodenames_by_uuid(self, refresh=False):
        return {node.get_local_node_uuid(): name for name in self.get_available_nodes()}


class HostDriver(LabDriver):
    hosts = frozenset()  # uuids of the servers that are lab hosts

    def init_host(self, host):
        super().init_host(host)
        self.listed = {}
        self.listed_at = 0.0
        known = objects.InstanceList.get_by_host(nova.context.get_admin_context(), host)
        self.hosts = {i.uuid for i in known if host_port(i.get_network_info())}
        names = {host_name(instance) for instance in known}
        for name in self._listing():
            if name not in names:  # deleted while nova was down, or the cloud was set back
                LOG.warning("removing lab host %s: no such server", name)
                self._do("remove", name)

    def _do(self, *arguments, stdin=""):
        try:
            run_host_program(*arguments, stdin=stdin)
        finally:
            self.listed_at = 0.0

    def _listing(self):
        """States by host name. nova asks for every server in turn at a power sync."""
        if time.monotonic() - self.listed_at > LISTING_S:
            at = time.monotonic()
            lines = run_host_program("list").splitlines()
            self.listed = dict(line.split() for line in lines)
            self.listed_at = at
        return self.listed

    def _stands(self, instance):
        return instance.uuid in self.hosts and host_name(instance) in self._listing()

    def _boot(self, instance, network_info):
        if self._stands(instance):
            self._do("start", host_name(instance))
            return
        port = host_port(network_info)
        request = {
            "name": host_name(instance),
            "address": port.fixed_ips()[0]["address"],
            "hostname": instance.hostname,
            "mac": port["address"],
            "uuid": instance.uuid,
            "keys": [instance.key_data] if instance.key_data else [],
            "vcpu": instance.flavor.vcpus,
            "ram_mib": instance.flavor.memory_mb,
        }
        self._do("make", stdin=json.dumps(request))

    def spawn(self, context, instance, *args, network_info=None, power_on=True, **more):
        super().spawn(
            context, instance, *args, network_info=network_info, power_on=power_on, **more
        )
        if host_port(network_info):
            self.hosts.add(instance.uuid)
            if power_on:
                self._boot(instance, network_info)

    def destroy(
        self,
        context,
        instance,
        network_info,
        block_device_info=None,
        destroy_disks=True,
        destroy_secrets=True,
    ):
        if instance.uuid in self.hosts:
            if destroy_disks:
                self._do("remove", host_name(instance))
                self.hosts.discard(instance.uuid)
            elif self._stands(instance):
                self._do("stop", host_name(instance))
        super().destroy(
            context, instance, network_info, block_device_info, destroy_disks, destroy_secrets
        )

    def check_instance_shared_storage_local(self, context, instance):
        return None  # the disk stays where it is: a reverted resize must not destroy it

    def power_off(self, instance, timeout=0, retry_interval=0):
        super().power_off(instance, timeout, retry_interval)
        if self._stands(instance):
            self._do("stop" if timeout else "kill", host_name(instance))

    def power_on(self, context, instance, network_info, *args, **more):
        super().power_on(context, instance, network_info, *args, **more)
        if instance.uuid in self.hosts:
            self._boot(instance, network_info)

    def reboot(self, context, instance, network_info, reboot_type, *args, **more):
        if self._stands(instance):
            self._do("stop" if reboot_type == "SOFT" else "kill", host_name(instance))
        super().reboot(context, instance, network_info, reboot_type, *args, **more)  # powers it on

    def migrate_disk_and_power_off(self, context, instance, *args, **more):
        if instance.uuid in self.hosts:
            self._do("stop", host_name(instance))

    def finish_migration(
        self,
        context,
        migration,
        instance,
        disk_info,
        network_info,
        image_meta,
        resize_instance,
        allocations,
        block_device_info=None,
        power_on=True,
        share_info=None,
    ):
        # the fake driver's own calls spawn without network_info: the host is booted here
        super().finish_migration(
            context,
            migration,
            instance,
            disk_info,
            network_info,
            image_meta,
            resize_instance,
            allocations,
            block_device_info,
            power_on,
            share_info,
        )
        self._resized(instance, network_info, power_on)

    def finish_revert_migration(
        self,
        context,
        instance,
        network_info,
        migration,
        block_device_info=None,
        power_on=True,
        share_info=None,
    ):
        super().finish_revert_migration(
            context, instance, network_info, migration, block_device_info, power_on, share_info
        )
        self._resized(instance, network_info, power_on)

    def _resized(self, instance, network_info, power_on):
        if instance.uuid in self.hosts:
            flavor = instance.flavor
            self._do("size", host_name(instance), str(flavor.vcpus), str(flavor.memory_mb))
            if power_on:
                self._boot(instance, network_info)

    def pause(self, instance):
        if instance.uuid in self.hosts:
            self._do("pause", host_name(instance))

    def unpause(self, instance):
        if instance.uuid in self.hosts:
            self._do("unpause", host_name(instance))

    def get_info(self, instance, use_cache=True):
        if instance.uuid not in self.hosts:
            return super().get_info(instance, use_cache)
        state = self._listing().get(host_name(instance))
        if state is None:
            raise exception.InstanceNotFound(instance_id=instance.uuid)
        return hardware.InstanceInfo(state=STATES[state])
