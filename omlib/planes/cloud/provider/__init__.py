"""The Pulumi provider `omcloud`: what a resource of an OpenStack cloud is, made and changed."""
