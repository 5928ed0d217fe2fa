"""The types of the table in Arrow."""

import pyarrow as pa
from task import SCHEMA, decimal_of

_TYPES = {
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "smallint": pa.int16(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "varchar": pa.string(),
}


def arrow_type(name):
    decimal = decimal_of(name)
    return pa.decimal128(*decimal) if decimal else _TYPES[name]


ARROW_SCHEMA = pa.schema([(name, arrow_type(kind)) for name, kind in SCHEMA.items()])
