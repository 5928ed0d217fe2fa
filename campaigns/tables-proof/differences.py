"""The first difference of two tables of Arrow."""

import pyarrow as pa
import pyarrow.compute as pc


def exact(table):
    """Floats by their bits, so that -0.0 is not 0.0."""
    columns = []
    for column in table.columns:
        chunk = column.combine_chunks()
        if pa.types.is_floating(chunk.type):
            bits = pa.int32() if chunk.type.bit_width == 32 else pa.int64()
            valid = chunk.is_valid()
            chunk = pc.if_else(valid, chunk.view(bits), None)
        columns.append(chunk)
    return pa.table(columns, names=table.column_names)


def difference(ours, theirs):
    """The first difference of two tables with one schema, as a sentence; None if there is none."""
    if ours.num_rows != theirs.num_rows:
        return f"{ours.num_rows} rows, not {theirs.num_rows}"
    mine, other = exact(ours), exact(theirs)
    for name in ours.column_names:
        if mine[name].combine_chunks().equals(other[name].combine_chunks()):
            continue
        pairs = zip(ours[name].to_pylist(), theirs[name].to_pylist())
        for row, (a, b) in enumerate(pairs):
            if repr(a) != repr(b):
                return f"column {name}, row {row}: {a!r}, not {b!r}"
        return f"column {name} differs"
    return None
