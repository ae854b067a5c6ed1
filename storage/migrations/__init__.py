"""The history of the tables, as Alembic keeps it; run by `storage.database`, never by hand.

`HEAD` names the newest step, so that a start with a current database need not import Alembic (250 ms).
A new step is a new file in `versions/` whose `down_revision` is the old `HEAD`.
"""

HEAD = "0015"
