"""omlib: declared against deployed, for every centrally managed system of a city.

The library is used through its subpackages; `docs/architecture.md` says which one answers for what.
"""

VERSION = "0.1.0"
