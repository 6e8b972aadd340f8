"""Statements that are compiled to SQL once, for what every request does.

Django compiles a queryset anew each time it runs, which costs several times what the database needs
to answer it.  Where a statement has one form and differs in its parameters only, it is prepared.
"""

from compute.models.prepared.insert import insert
from compute.models.prepared.select import Prepared, Row
from compute.models.prepared.update import PreparedUpdate

__all__ = ["Prepared", "PreparedUpdate", "Row", "insert"]
