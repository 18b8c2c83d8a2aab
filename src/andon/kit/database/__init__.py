"""The database: tables' base, sessions with a scope, the embedded server, migrations.

`Database` and the tables' base are here; `EmbeddedServer` is in `server`, `migrate` in `migrations`.
"""

from andon.kit.database.base import Base, ClientRow, Row, TenantRow
from andon.kit.database.session import Database, Scope
from andon.kit.database.urls import database_urls

__all__ = ["Base", "ClientRow", "Database", "Row", "Scope", "TenantRow", "database_urls"]
