"""What may be written in an inventory file, as pydantic models: one per kind of record.

They say what is allowed in one record and nothing of what stands beside it; references, addresses
and cycles are checked over the whole tree. Their field descriptions are the published manual.
"""
