"""One module per verb. A job takes plain arguments, does the work, and returns plain results."""
