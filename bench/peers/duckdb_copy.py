"""DuckDB: `COPY` of the wide table, one column a matrix column; making the table is not timed."""

import duckdb
import numpy as np
import pyarrow as pa
from measure import measure

connection = duckdb.connect(config={"memory_limit": "3GB"})


def create_wide_table(matrix):
    connection.execute("DROP TABLE IF EXISTS wide")
    columns = [pa.array(column) for column in np.ascontiguousarray(matrix.toarray().T)]
    arrow = pa.Table.from_arrays(columns, names=[f"c{i}" for i in range(len(columns))])
    connection.register("arrow", arrow)
    connection.execute("CREATE TABLE wide AS SELECT * FROM arrow")
    connection.unregister("arrow")
    return "wide"


def write(table, out):
    connection.execute(f"COPY {table} TO '{out}' (FORMAT csv, HEADER false)")


measure(["duckdb", "pyarrow"], write, create_wide_table)
