"""Findings, plans and runs as people and programs read them. Pure: nothing is written here."""
