"""The story `make demo` tells: an estate built for real, deviations planted, every one found."""
