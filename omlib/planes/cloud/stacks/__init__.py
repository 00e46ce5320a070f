"""What the inventory wants of a cloud, as the resources of Pulumi stacks."""
