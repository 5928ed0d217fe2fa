"""PyArrow, one thread: batches from a reader into a writer."""

import gzip

import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet
from arrow_schema import ARROW_SCHEMA
from task import FILES, FORMAT, GROUP_ROWS, OUT

pa.set_cpu_count(1)
BLOCK = 8 << 20


def csv_batches(file):
    return pyarrow.csv.open_csv(
        file,
        read_options=pyarrow.csv.ReadOptions(use_threads=False, block_size=BLOCK),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=ARROW_SCHEMA, strings_can_be_null=True, null_values=[""]
        ),
    )


def json_type(kind):
    """Its reader makes decimals of texts only, and dates of numbers."""
    if pa.types.is_decimal(kind):
        return pa.float64()
    return pa.string() if pa.types.is_date(kind) else kind


def json_batches(file):
    schema = pa.schema([(field.name, json_type(field.type)) for field in ARROW_SCHEMA])
    with gzip.open(file) as text:
        yield from pyarrow.json.open_json(
            text,
            read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=BLOCK),
            parse_options=pyarrow.json.ParseOptions(explicit_schema=schema),
        )


def parquet_batches(file):
    return pyarrow.parquet.ParquetFile(file).iter_batches(GROUP_ROWS, use_threads=False)


READERS = {"csv": csv_batches, "jsonl": json_batches, "parquet": parquet_batches}
with pyarrow.parquet.ParquetWriter(OUT / "out.parquet", ARROW_SCHEMA, compression="zstd") as writer:
    waiting = []
    for file in FILES:
        for batch in READERS[FORMAT](file):
            waiting.append(batch)
            if sum(one.num_rows for one in waiting) >= GROUP_ROWS:
                writer.write_table(pa.Table.from_batches(waiting).cast(ARROW_SCHEMA))
                waiting = []
    if waiting:
        writer.write_table(pa.Table.from_batches(waiting).cast(ARROW_SCHEMA))
