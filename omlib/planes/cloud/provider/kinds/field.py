"""Single fields of what a service tells."""

from omlib.planes.cloud.reader import Json


def text_of(told: Json, field: str) -> str:
    """A text that every such thing has; what is none makes the thing unreadable."""
    if not isinstance(value := told[field], str):
        raise TypeError(f"{field} is {type(value).__name__}")
    return value
