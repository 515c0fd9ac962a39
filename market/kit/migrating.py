"""An operation of migrations that Tortoise has not: a column of words takes another word."""

from tortoise.migrations import operations
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State


class AlterChoices(operations.AlterField):
    """A column whose enumeration has grown: its type in the database stays what it was.

    Tortoise would make such a table anew on SQLite, and lose its indexes and what refers to it.
    """

    async def database_forward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        """Nothing to change."""

    database_backward = database_forward
