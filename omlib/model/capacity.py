"""What VMs hold together. Sums are computed here and never declared."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from omlib.model.estate import Vm

_BYTES_PER_GIB = 1024**3
_BYTES_PER_TB = 10**12  # storage is bought and reported in decimal terabytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    vms: int
    vcpu: int
    ram_mib: int
    storage_gib: int

    @property
    def ram_gib(self) -> Decimal:
        return Decimal(self.ram_mib) / 1024

    @property
    def storage_tb(self) -> Decimal:
        """Decimal terabytes, two places: `75 GiB` is `0.08`."""
        exact = Decimal(self.storage_gib * _BYTES_PER_GIB) / _BYTES_PER_TB
        return exact.quantize(Decimal("0.01"))


def capacity_of(vms: Iterable[Vm]) -> Capacity:
    counted = tuple(vms)
    return Capacity(
        vms=len(counted),
        vcpu=sum(vm.vcpu for vm in counted),
        ram_mib=sum(vm.ram_mib for vm in counted),
        storage_gib=sum(volume.size_gib for vm in counted for volume in vm.volumes),
    )
