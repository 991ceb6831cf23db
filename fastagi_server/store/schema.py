"""What every table is made with: one metadata, the names of constraints, and words as a column."""

from __future__ import annotations

import enum

from sqlalchemy import Enum, MetaData

WORD = 20  # room for the longest word of any closed set

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def words(kind: type[enum.StrEnum], name: str) -> Enum:
    """Keep a closed set as its words, checked by the database."""
    return Enum(
        kind,
        name=name,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=True,
        length=WORD,
    )
