"""Real systems on one Linux machine: hosts, routers and a cloud that tests and demonstrations use.

`omlib.lab.lifecycle` brings a lab up and down; `omlib.lab.breaks` makes known deviations in it.
Whoever uses a lab reads only the files that `up` writes (`omlib.lab.files`).
"""
