"""neutron mechanism driver: bind every port at once and report it ACTIVE, as an agent would."""

import labfilter
from neutron_lib import constants
from neutron_lib.api.definitions import portbindings
from neutron_lib.plugins.ml2 import api


class LabBind(api.MechanismDriver):
    def initialize(self):
        labfilter.FilterThread()

    @property
    def connectivity(self):
        return portbindings.CONNECTIVITY_L2

    def bind_port(self, context):
        kind = context.current.get(portbindings.VNIC_TYPE, portbindings.VNIC_NORMAL)
        if kind == portbindings.VNIC_NORMAL and context.segments_to_bind:
            context.set_binding(
                context.segments_to_bind[0][api.ID],
                portbindings.VIF_TYPE_OVS,
                {portbindings.CAP_PORT_FILTER: True},
                status=constants.PORT_STATUS_ACTIVE,
            )
