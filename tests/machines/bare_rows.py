"""A row of any table with nothing in it but what the schema demands, its parents made likewise."""

import datetime as dt
import hashlib
from enum import Enum
from itertools import count
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.models import Model

from market.kit import clock

_sequence = count(1)


async def bare_row(model: type[Model]) -> Any:
    """A saved row whose required fields hold the plainest value of their kind."""
    values: dict[str, Any] = {}
    meta = model._meta
    for name, field in meta.fields_map.items():
        if name in meta.backward_fk_fields | meta.backward_o2o_fields | meta.m2m_fields:
            continue
        if field.pk or field.null or field.default is not None or field.reference is not None:
            continue
        if isinstance(field, ForeignKeyFieldInstance):
            values[name] = await bare_row(field.related_model)
        else:
            values[name] = _plain(field)
    return await model.create(**values)


def _plain(field: Any) -> Any:
    number = next(_sequence)
    if isinstance(field, fields.CharField):
        if enum := getattr(field, "enum_type", None):
            return next(iter(enum))
        return hashlib.sha256(str(number).encode()).hexdigest()[: field.max_length]
    if isinstance(field, fields.TextField):
        return "文"
    if isinstance(field, fields.JSONField):
        return {}
    if isinstance(field, fields.BooleanField):
        return False
    if isinstance(field, fields.BinaryField):
        return b"0"
    if isinstance(field, fields.DatetimeField):
        return clock.now()
    if isinstance(field, fields.DateField):
        return dt.date(2026, 3, 2)
    if isinstance(field, fields.DecimalField):
        return number % 10  # within any precision
    if isinstance(field, fields.UUIDField):
        return UUID(int=number)
    enum = getattr(field, "enum_type", None)
    return next(iter(enum)) if isinstance(enum, type) and issubclass(enum, Enum) else number
