"""A simulated OpenStack: keystone, nova, neutron, cinder and glance over real HTTP, in memory.

It is a simulation, and says so wherever it names itself. What it answers is held against the lab's
real OpenStack by `tests/contract/test_openstack_contract.py`.
"""

from omlib.testing.openstack.client import CHANGER, READER, SimulatedCloud, simulated_cloud
from omlib.testing.openstack.faults import Trouble
from omlib.testing.openstack.world import Pace

__all__ = ["CHANGER", "READER", "Pace", "SimulatedCloud", "Trouble", "simulated_cloud"]
