"""NumPy: slices of 1,000 rows made dense, each written with `savetxt`."""

import numpy as np
from measure import measure
from slices import dense_slices


def write(matrix, out):
    with open(out, "w") as file:
        for dense in dense_slices(matrix):
            np.savetxt(file, dense, fmt="%d", delimiter=",")


measure(["numpy"], write)
