"""PyArrow: slices of 1,000 rows made dense, then a table, all written with one `CSVWriter`."""

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from measure import measure
from slices import dense_slices


def write(matrix, out):
    names = [str(column) for column in range(matrix.shape[1])]
    schema = pa.schema([(name, pa.int64()) for name in names])
    options = pa_csv.WriteOptions(include_header=False, quoting_style="none")
    with pa_csv.CSVWriter(out, schema, write_options=options) as writer:
        for dense in dense_slices(matrix):
            columns = [pa.array(column) for column in np.ascontiguousarray(dense.T)]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))


measure(["pyarrow", "numpy"], write)
