"""pandas with its default engines: a frame for each file. Decimals are doubles until they are written."""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
from arrow_schema import ARROW_SCHEMA
from task import FILES, FORMAT, GROUP_ROWS, OUT, SCHEMA, decimal_of

pa.set_cpu_count(1)
DTYPES = {
    "bigint": "Int64",
    "integer": "Int32",
    "smallint": "Int16",
    "double": "float64",
    "boolean": "boolean",
    "varchar": "str",
}
MOMENTS = [name for name, kind in SCHEMA.items() if kind in ("date", "timestamp")]


def dtype(kind):
    return "float64" if decimal_of(kind) else DTYPES[kind]


dtypes = {name: dtype(kind) for name, kind in SCHEMA.items() if name not in MOMENTS}


def read_json(file):
    frame = pd.read_json(file, lines=True, dtype=dtypes, convert_dates=False, precise_float=True)
    for name in MOMENTS:
        frame[name] = pd.to_datetime(frame[name])
    return frame[list(SCHEMA)]


READERS = {
    "csv": lambda file: pd.read_csv(file, dtype=dtypes, parse_dates=MOMENTS),
    "jsonl": read_json,
    "parquet": pd.read_parquet,
}
with pyarrow.parquet.ParquetWriter(OUT / "out.parquet", ARROW_SCHEMA, compression="zstd") as writer:
    for file in FILES:
        table = pa.Table.from_pandas(READERS[FORMAT](file), preserve_index=False, nthreads=1)
        writer.write_table(table.cast(ARROW_SCHEMA), row_group_size=GROUP_ROWS)
