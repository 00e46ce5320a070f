"""Match what is declared with what was seen, compare, classify, roll up. Pure: no I/O, no clock."""
