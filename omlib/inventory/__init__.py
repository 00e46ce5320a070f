"""The declared inventory: YAML and CSV files in, a checked `Estate` or all their problems out."""
