"""The cloud plane: servers, volumes, ports, floating IPs and security groups over OpenStack."""
