"""Let writers on SQLite queue instead of failing with "database is locked".

oslo.db opens every transaction deferred; two that read first and then write fail at once. Importing
this makes oslo.db's *writer* transactions begin immediately, so that they wait for each other.
"""

import sqlalchemy
from oslo_db.sqlalchemy import enginefacade
from sqlalchemy import event

MARK = "lab_writer"


@event.listens_for(sqlalchemy.Engine, "begin", insert=True)
def begin_immediately(connection):
    marked = connection.get_execution_options().get(MARK)
    if connection.dialect.name == "sqlite" and marked and "in_transaction" not in connection.info:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.info["in_transaction"] = True


create_session = enginefacade._TransactionFactory._create_session


def create_marked_session(self, mode, bind=None):
    if mode is enginefacade._WRITER and bind is None:
        if not self._started:
            self._start()
        if self._writer_engine.dialect.name == "sqlite":
            bind = self.__dict__.get("_lab_engine")
            if bind is None:
                bind = self._lab_engine = self._writer_engine.execution_options(**{MARK: True})
    return create_session(self, mode, bind)


enginefacade._TransactionFactory._create_session = create_marked_session
