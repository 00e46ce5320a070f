"""Checks of the multi-level protection scheme, level 3 (GB/T 22239-2019), by machine. Pure."""
