"""The connections to one cloud, which all its projects share.

There are as many as are used at once, and not some for each of a hundred projects: a server takes
only so many, and who comes after them is not answered.
"""

from keystoneauth1.session import TCPKeepAliveAdapter

_KEPT = 256  # open to one address: as many as a site may ask at once


class Wire(TCPKeepAliveAdapter):
    def __init__(self) -> None:
        super().__init__(pool_maxsize=_KEPT)

    def close(self) -> None:
        """Close what is open and idle now, and what is in use when it comes back.

        urllib3 itself only forgets its pools, and each closes when nothing refers to it any more: a
        fault that was kept does, by its traceback.
        """
        managers = (self.poolmanager, *self.proxy_manager.values())
        pools = [
            manager.pools.get(key) for manager in managers for key in set(manager.pools.keys())
        ]
        super().close()
        for pool in pools:
            if pool:
                pool.close()
