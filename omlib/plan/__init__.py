"""From findings to one ordered, bound, reversible plan. Pure."""
