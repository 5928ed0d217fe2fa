"""The types of the tables, as SQL names them and as each reader does."""

import pyarrow as pa

# Name in a schema: type of Arrow.
ARROW = {
    "BOOLEAN": pa.bool_(),
    "TINYINT": pa.int8(),
    "SMALLINT": pa.int16(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "UTINYINT": pa.uint8(),
    "USMALLINT": pa.uint16(),
    "UINTEGER": pa.uint32(),
    "UBIGINT": pa.uint64(),
    "FLOAT": pa.float32(),
    "DOUBLE": pa.float64(),
    "DECIMAL(5, 2)": pa.decimal128(5, 2),
    "DECIMAL(18, 2)": pa.decimal128(18, 2),
    "DECIMAL(38, 2)": pa.decimal128(38, 2),
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "TIME": pa.time64("us"),
    "TIMESTAMP": pa.timestamp("us"),
    "TIMESTAMP_MS": pa.timestamp("ms"),
    "TIMESTAMP_NS": pa.timestamp("ns"),
    "TIMESTAMPTZ": pa.timestamp("us", "UTC"),
    "VARCHAR[]": pa.list_(pa.string()),
    "STRUCT(file VARCHAR, place BIGINT)": pa.struct([("file", pa.string()), ("place", pa.int64())]),
}


def arrow_schema(schema):
    """The schema of Arrow for names and types of SQL."""
    return pa.schema([(name, ARROW[kind]) for name, kind in schema.items()])
