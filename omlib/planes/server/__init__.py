"""The server plane: what is declared of hosts, and one SSH command per host that tells what is so.

It reads only. Changes are made by Ansible.
"""
