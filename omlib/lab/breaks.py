"""Known deviations, by name: for demonstrations, and for tests that must see a drift be found."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from omlib.lab import break_cloud, break_hosts
from omlib.lab.errors import LabError
from omlib.lab.layout import LabLayout


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """*make* and *mend* take the lab, the target and parameters as text, and tell what they did.
    *mend* is None where it would have to guess what was there before."""

    name: str
    target: str  # what a target looks like
    en: str
    zh: str
    make: Callable[..., str]
    mend: Callable[..., str] | None = None


HOST = "HOST or PROJECT/SERVER"
SERVER = "PROJECT/SERVER"

BREAKS = {
    entry.name: entry
    for entry in (
        Break(
            name="vm-resized",
            target=SERVER,
            en="a server was given another flavor in the console",
            zh="有人在控制台改了云主机规格",
            make=break_cloud.resize_vm,
        ),
        Break(
            name="shadow-vm",
            target="PROJECT",
            en="a server was made by hand and declared nowhere",
            zh="有人手工新建了未声明的云主机",
            make=break_cloud.make_shadow_vm,
            mend=break_cloud.delete_shadow_vm,
        ),
        Break(
            name="vm-deleted",
            target=SERVER,
            en="a server was deleted in the console",
            zh="有人在控制台删除了云主机",
            make=break_cloud.delete_vm,
        ),
        Break(
            name="vm-stopped",
            target=SERVER,
            en="a server was switched off in the console",
            zh="有人在控制台关掉了云主机",
            make=break_cloud.stop_vm,
            mend=break_cloud.start_vm,
        ),
        Break(
            name="vm-renamed",
            target=SERVER,
            en="a server was given another name in the console",
            zh="有人在控制台改了云主机名称",
            make=break_cloud.rename_vm,
        ),
        Break(
            name="volume-extended",
            target="PROJECT/VOLUME",
            en="a volume was extended in the console",
            zh="有人在控制台扩容了云硬盘",
            make=break_cloud.extend_volume,
        ),
        Break(
            name="security-group-opened",
            target="PROJECT/GROUP",
            en="a security group lets SSH in from anywhere",
            zh="安全组对任意来源放开了 SSH",
            make=break_cloud.open_security_group,
            mend=break_cloud.close_security_group,
        ),
        Break(
            name="file-edited",
            target=HOST,
            en="a configuration file was edited on the server",
            zh="有人直接在服务器上改了配置文件",
            make=break_hosts.edit_file,
        ),
        Break(
            name="package-added",
            target=HOST,
            en="a package was installed by hand",
            zh="有人手工安装了软件包",
            make=break_hosts.add_package,
            mend=break_hosts.remove_package,
        ),
        Break(
            name="listener-opened",
            target=HOST,
            en="a program listens on a port nobody declared",
            zh="有程序监听了未声明的端口",
            make=break_hosts.open_listener,
            mend=break_hosts.close_listener,
        ),
        Break(
            name="account-made",
            target=HOST,
            en="an account with sudo was made by hand",
            zh="有人手工建了带 sudo 权限的账号",
            make=break_hosts.make_account,
            mend=break_hosts.remove_account,
        ),
        Break(
            name="service-stopped",
            target=HOST,
            en="a service was stopped",
            zh="有服务被停止",
            make=break_hosts.stop_service,
            mend=break_hosts.start_service,
        ),
        Break(
            name="route-changed",
            target="ROUTER",
            en="a static route was added on a router",
            zh="有人在路由器上加了静态路由",
            make=break_hosts.change_route,
            mend=break_hosts.undo_route,
        ),
        Break(
            name="host-cut-off",
            target=HOST,
            en="a host cannot be reached over SSH",
            zh="主机的 SSH 无法连通",
            make=break_hosts.cut_off,
            mend=break_hosts.let_in,
        ),
        Break(
            name="host-key-changed",
            target=HOST,
            en="a host shows another SSH host key",
            zh="主机的 SSH 主机密钥变了",
            make=break_hosts.change_host_key,
            mend=break_hosts.restore_host_key,
        ),
    )
}


def make_break(layout: LabLayout, name: str, target: str, /, **parameters: str) -> str:
    make = find_break(name).make
    _check(name, make, parameters)
    return str(make(layout, target, **parameters))


def mend_break(layout: LabLayout, name: str, target: str, /, **parameters: str) -> str:
    mend = find_break(name).mend
    if mend is None:
        raise LabError(f"{name} cannot be mended by the lab", "reconcile it, or begin a new lab")
    _check(name, mend, parameters)
    return str(mend(layout, target, **parameters))


def _check(name: str, act: Callable[..., str], parameters: Iterable[str]) -> None:
    takes = [
        each.name
        for each in inspect.signature(act).parameters.values()
        if each.kind is inspect.Parameter.KEYWORD_ONLY
    ]
    for given in parameters:
        if given not in takes:
            known = ", ".join(f"{one}=..." for one in takes) or "no settings"
            raise LabError(f"{name} has no setting {given!r}", f"it takes {known}")


def find_break(name: str) -> Break:
    if name not in BREAKS:
        raise LabError(f"no break is called {name}", f"choose one of {', '.join(BREAKS)}")
    return BREAKS[name]
