"""Statements that are compiled to SQL once, for what every request does.

Django compiles a queryset anew each time it runs, which costs several times what the database needs
to answer it.  Where a statement has one form and differs in its parameters only, it is prepared.
It stands with the engine because every service uses it; it knows none, and nothing of versions.
"""

from versioned.prepared.forms import Forms
from versioned.prepared.inserting import insert
from versioned.prepared.related import Related
from versioned.prepared.selecting import Prepared, Row
from versioned.prepared.updating import PreparedUpdate

__all__ = ["Forms", "Prepared", "PreparedUpdate", "Related", "Row", "insert"]
