"""Ansible as the hand that changes a host, and as the deep check: one run, and what it says."""
