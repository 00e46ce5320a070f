"""What runs on a host when it is looked at: Python 3.6 and the standard library; it writes nothing.

`omlib.planes.server.question` sends `load` and the modules that a look needs over SSH. A module
has one function per collection it reads, named as the collection: `packages(asked, limit_s)`.
"""
