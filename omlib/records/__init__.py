"""What every run leaves behind: history, journal and locks, in one file; and how nouns are written.

`canonical`, `codec` and `chain` are pure and may be used from anywhere above; `store` does the I/O.
"""
