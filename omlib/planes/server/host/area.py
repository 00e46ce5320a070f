"""One area of what a host tells for checks alone: each fact by itself, seen or unseen."""

from omlib.planes.server.host.base import CannotTell


class Area:
    """*told* has the facts that were seen; *unseen* the others, and why."""

    def __init__(self) -> None:
        self.told = {}  # type: dict[str, object]
        self.unseen = {}  # type: dict[str, str]

    def read(self, names: str, reader: "object", *given: "object") -> None:
        """The facts of *names* from one *reader*: what it returns, for several names in a row.

        None is a fact that nobody can tell here.
        """
        keys = names.split()
        try:
            told = reader(*given)  # type: ignore[operator]
        except CannotTell as error:
            self.unseen.update(dict.fromkeys(keys, error.status))
        except PermissionError:
            self.unseen.update(dict.fromkeys(keys, "denied"))
        except Exception:  # noqa: BLE001  (one fact must not cost the others)
            self.unseen.update(dict.fromkeys(keys, "error"))
        else:
            for key, value in zip(keys, told if len(keys) > 1 else (told,)):  # noqa: B905  (3.10)
                if value is None:
                    self.unseen[key] = "unsupported"
                else:
                    self.told[key] = value
