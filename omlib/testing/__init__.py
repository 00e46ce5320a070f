"""Shipped twins of the real things, the suites both pass, and generators of estates of any size."""
