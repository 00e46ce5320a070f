"""Reaching a host or device over SSH: logins, host keys, deadlines, limits, and faults as data.

Used by `omlib.planes.server` and `omlib.planes.network`, which do not see each other.
"""
