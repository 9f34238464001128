"""Database constraints that Django lacks: foreign keys over several columns, and triggers that refuse."""

from collections.abc import Callable, Iterable
from typing import Any

import pgtrigger
from django.db import models
from django.db.backends.ddl_references import Columns, Statement, Table


class CompositeForeignKey(models.BaseConstraint):
    """`FOREIGN KEY (fields) REFERENCES to (to_fields)`: the database's word on a rule that spans two tables.

    A row with a null among its columns is not checked (MATCH SIMPLE), so a generated column that is null
    where the rule does not apply makes the key conditional. The target needs a unique constraint on `to_fields`.

    Args:
        fields, to_fields: names of concrete fields of the model and of the model `to` (`app_label.Model`).
        deferred: checked at COMMIT instead of at the end of the statement.
    """

    def __init__(
        self, *, fields: Iterable[str], to: str, to_fields: Iterable[str], name: str, deferred: bool = False
    ) -> None:
        super().__init__(name=name)
        self.fields = tuple(fields)
        self.to = to
        self.to_fields = tuple(to_fields)
        self.deferred = deferred

    def constraint_sql(self, model: Any, schema_editor: Any) -> str:
        target = model._meta.apps.get_model(self.to)
        quote = schema_editor.quote_name
        return (
            f"CONSTRAINT {quote(self.name)} FOREIGN KEY ({_columns(model, self.fields, quote)}) "
            f"REFERENCES {quote(target._meta.db_table)} ({_columns(target, self.to_fields, quote)})"
            + (" DEFERRABLE INITIALLY DEFERRED" if self.deferred else "")
        )

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return Statement(
            "ALTER TABLE %(table)s ADD %(constraint)s",
            table=Table(model._meta.db_table, schema_editor.quote_name),
            columns=Columns(
                model._meta.db_table,
                [model._meta.get_field(name).column for name in self.fields],
                schema_editor.quote_name,
            ),
            constraint=self.constraint_sql(model, schema_editor),
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return Statement(
            "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s",
            table=Table(model._meta.db_table, schema_editor.quote_name),
            name=schema_editor.quote_name(self.name),
        )

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """Nothing to look at beforehand: a look without the lock proves nothing. The actions look under it."""

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path = f"{self.__class__.__module__}.{self.__class__.__name__}"
        arguments = {"fields": self.fields, "to": self.to, "to_fields": self.to_fields, "name": self.name}
        return path, (), arguments | ({"deferred": True} if self.deferred else {})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CompositeForeignKey) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash(self.name)


def _columns(model: Any, fields: Iterable[str], quote: Callable[[str], str]) -> str:
    return ", ".join(quote(model._meta.get_field(name).column) for name in fields)


def refusing_trigger(
    name: str, operation: pgtrigger.Operation, *, unless: str = "FALSE", message: str
) -> pgtrigger.Trigger:
    """A row trigger that refuses the operation as a named check constraint would, unless the SQL condition holds."""
    # RETURN OLD for a delete: returning NEW, which is null there, would skip the row silently.
    result = "OLD" if operation == pgtrigger.Delete else "NEW"
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=operation,
        func=f"""
            IF {unless} THEN RETURN {result}; END IF;
            RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}',
                TABLE = TG_TABLE_NAME;
        """,
    )


def legal_edges(name: str, edges: Iterable[tuple[int, int]]) -> pgtrigger.Trigger:
    """Refuses an update of `state` along anything but the edges of the state machine."""
    legal = ", ".join(f"({source}, {target})" for source, target in edges)
    return refusing_trigger(
        name,
        pgtrigger.Update,
        unless=f"OLD.state = NEW.state OR (OLD.state, NEW.state) IN ({legal})",
        message="illegal change of state",
    )
