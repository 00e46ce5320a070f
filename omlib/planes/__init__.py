"""The adapters to what is really deployed. The three planes do not see each other."""
