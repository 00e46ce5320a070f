"""The command line: commands, progress, exit codes. It decides nothing."""
