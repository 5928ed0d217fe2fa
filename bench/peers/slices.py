"""Dense slices of a sparse matrix."""

SLICE_ROWS = 1000


def dense_slices(matrix):
    """Yields arrays of at most SLICE_ROWS rows, 8 bytes per cell."""
    for start in range(0, matrix.shape[0], SLICE_ROWS):
        yield matrix[start : start + SLICE_ROWS].toarray()
