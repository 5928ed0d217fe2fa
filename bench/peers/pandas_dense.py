"""pandas: slices of 1,000 rows made dense, each written with `to_csv`."""

import pandas as pd
from measure import measure
from slices import dense_slices


def write(matrix, out):
    with open(out, "w", newline="") as file:
        for dense in dense_slices(matrix):
            pd.DataFrame(dense).to_csv(file, index=False, header=False)


measure(["pandas", "numpy"], write)
