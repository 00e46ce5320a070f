"""Network gear: the running configuration, section by section, beside the intended one."""
