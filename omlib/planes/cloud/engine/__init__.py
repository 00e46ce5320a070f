"""The `pulumi` engine: which binary, its state, locks and runs."""
