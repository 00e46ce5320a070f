"""Carry out a plan through ports: lock, fresh look, journal, one step after the other, verify."""
