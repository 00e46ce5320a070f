"""neutron_schema.py URL: create neutron's tables from its own models.

Its migrations alter constraints, which SQLite cannot; neutron's unit tests do the same as this.
"""

import sys

import sqlalchemy
from neutron.db.migration.models import head

head.get_metadata().create_all(sqlalchemy.create_engine(sys.argv[1]))
