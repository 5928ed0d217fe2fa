"""Reads matrices as NumPy, SciPy, scikit-learn and h5py do, for a comparison of rows.

Requests come by standard input: 4 bytes of length, then JSON of that length (format, options, names
and lengths of objects), then the objects. Each is answered by one line of JSON.
"""

import gzip
import hashlib
import io
import json
import resource
import struct
import sys
import warnings

import h5py
import numpy as np
import scipy.io
import scipy.io._fast_matrix_market as fast_market
import scipy.sparse as sp
from sklearn.datasets import load_svmlight_file

# The same as in rows-text.ts.
FIRST_ROWS = 2000
LAST_ROWS = 100
MAX_ENTRIES = 20000

MEMORY_BYTES = 4 << 30
MAX_ROWS = 50_000_000
ENCODINGS = {"csr_matrix": sp.csr_matrix, "csc_matrix": sp.csc_matrix, "csr": sp.csr_matrix, "csc": sp.csc_matrix}


class Declined(Exception):
    """The matrix can not be judged here."""


def load_array(content):
    return np.load(io.BytesIO(content), allow_pickle=False)


class Halves:
    """A matrix of float16, which SciPy does not have: as bits."""

    def __init__(self, matrix):
        self.matrix = matrix


def format_of(members, default):
    """The format of arrays that do not name it, or name that of pydata/sparse, which SciPy does not read."""
    if "compressed_axes" in members:
        [axis] = members["compressed_axes"]
        return {0: "csr", 1: "csc"}[int(axis)]
    if "indptr" not in members:
        return "dia" if "offsets" in members else "coo"
    if members["data"].ndim == 3:
        return "bsr"
    rows, columns = members["shape"]
    fits = [kind for kind, size in (("csr", rows), ("csc", columns)) if len(members["indptr"]) == size + 1]
    if len(fits) == 1:
        return fits[0]
    if fits and default:
        return default
    raise ValueError("the arrays fit no format, or two")


def read_members(members, default=None):
    """Reads the arrays of a matrix by their names, as SciPy reads those of a file."""
    fill = members.get("fill_value", np.float64(0))
    if fill.ndim or (fill != 0 and not np.isnan(fill)):
        raise ValueError("unstored cells are neither 0 nor NaN")
    if str(members.get("format", "gcxs")) == "gcxs":
        members["format"] = np.array(format_of(members, default))
    dtype = members["data"].dtype
    is_half = dtype.str[1:] == "f2"
    native = members["data"].astype(dtype.newbyteorder("="))
    members["data"] = native.view("<u2") if is_half else native
    out = io.BytesIO()
    np.savez(out, **members)
    out.seek(0)
    matrix = sp.load_npz(out)
    return Halves(matrix) if is_half else matrix


def compressed(kind, arrays, shape=None):
    data, indices, indptr = arrays
    if data.dtype.str[1:] == "f2":
        return Halves(compressed(kind, (data.astype("<f2").view("<u2"), indices, indptr), shape))
    for array in arrays:
        if array.ndim != 1:
            raise ValueError("not one dimension")
    for array in (indices, indptr):
        if array.dtype.kind not in "iu":
            raise ValueError("indices are no integers")
    return kind((data, indices, indptr), shape=shape)


def read_npz(objects, _options):
    [content] = objects.values()
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        return read_members({name: file[name] for name in file.files})


def read_folder(objects, shape):
    arrays = [load_array(objects[f"{name}.npy"]) for name in ("data", "indices", "indptr")]
    return compressed(sp.csr_matrix, arrays, shape)


def read_bundle(objects, _options):
    return read_folder(objects, tuple(json.loads(objects["meta.json"])["shape"]))


def read_npy(objects, options):
    if "shape.npy" in objects:
        members = {name.removesuffix(".npy"): load_array(content) for name, content in objects.items()}
        return read_members(members, "csr")
    columns = options.get("columns")
    if columns is None:
        # SciPy refuses to infer no column at all.
        matrix = load_array(objects["indices.npy"])[: load_array(objects["indptr.npy"])[-1]]
        columns = int(matrix.max()) + 1 if len(matrix) else 0
    return read_folder(objects, (len(load_array(objects["indptr.npy"])) - 1, columns))


def read_svmlight(objects, options):
    [content] = objects.values()
    labels = options.get("labels", False)
    zero_based = options.get("zeroBased", "auto")
    columns = options.get("columns")
    matrix, target = load_svmlight_file(
        io.BytesIO(unzipped(content)), n_features=columns, zero_based=zero_based, multilabel=not labels
    )
    if not labels:
        return matrix
    rows = np.arange(matrix.shape[0])
    column = sp.coo_matrix((target, (rows, np.zeros_like(rows))), (len(rows), 1))
    return sp.hstack([column, matrix], format="coo")


def unzipped(content):
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def read_mtx(objects, _options):
    [content] = objects.values()
    matrix = scipy.io.mmread(io.BytesIO(unzipped(content)))
    if not sp.issparse(matrix):
        raise ValueError("dense")
    return matrix


def datasets(group):
    return [group[name][()] for name in ("data", "indices", "indptr")]


def text_attribute(group, name):
    value = group.attrs.get(name)
    return value.decode() if isinstance(value, bytes) else value


def check_sizes(group):
    for name in ("data", "indices", "indptr"):
        if group[name].size > MAX_ROWS:
            raise Declined("huge dataset")


def read_h5ad(objects, options):
    [content] = objects.values()
    with h5py.File(io.BytesIO(content), "r") as file:
        group = file[options.get("layer", "X")]
        check_sizes(group)
        kind = text_attribute(group, "encoding-type") or text_attribute(group, "h5sparse_format")
        shape = group.attrs["shape"] if "shape" in group.attrs else group.attrs["h5sparse_shape"]
        return compressed(ENCODINGS[kind], datasets(group), tuple(int(side) for side in shape))


def read_tenx(objects, _options):
    [content] = objects.values()
    with h5py.File(io.BytesIO(content), "r") as file:
        names = ["matrix"] if "matrix" in file else list(file)
        needed = {"barcodes", "data", "indices", "indptr", "shape"}
        [group] = [file[name] for name in names if needed <= set(file[name])]
        check_sizes(group)
        features, barcodes = (int(side) for side in group["shape"][()])
        return compressed(sp.csr_matrix, datasets(group), (barcodes, features))


READERS = {
    "npz": read_npz,
    "bundle": read_bundle,
    "npy": read_npy,
    "svmlight": read_svmlight,
    "mtx": read_mtx,
    "h5ad": read_h5ad,
    "10x": read_tenx,
}


def entries_of(matrix):
    """Row, column and value of each entry in stored order; unlike tocsr it sums nothing."""
    if isinstance(matrix, Halves):
        rows, columns, bits = entries_of(matrix.matrix)
        return rows, columns, bits.view("<f2")
    if matrix.ndim != 2:
        raise ValueError("not two dimensions")
    if matrix.dtype.kind not in "biuf" or matrix.dtype.itemsize > 8:
        raise ValueError(f"dtype {matrix.dtype}")
    if max(matrix.shape) > MAX_ROWS and matrix.format in ("csr", "csc", "bsr"):
        raise Declined("huge shape")
    if matrix.format in ("csr", "csc", "bsr"):
        matrix.check_format(full_check=True)
    if matrix.format in ("csr", "csc"):
        count = matrix.indptr[-1]
        major = np.repeat(np.arange(len(matrix.indptr) - 1), np.diff(matrix.indptr))
        minor = matrix.indices[:count].astype(np.int64)
        rows, columns = (major, minor) if matrix.format == "csr" else (minor, major)
        return rows, columns, matrix.data[:count]
    coo = matrix.tocoo()
    return coo.row.astype(np.int64), coo.col.astype(np.int64), coo.data


def sum_duplicates(rows, columns, data):
    """Sums entries of one cell in stored order; they lie beside each other."""
    is_first = np.ones(len(rows), bool)
    is_first[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
    if is_first.all():
        return rows, columns, data
    firsts = np.flatnonzero(is_first)
    ends = np.append(firsts[1:], len(rows))
    sums = data[firsts].copy()
    with np.errstate(all="ignore"):
        for cell in np.flatnonzero(ends - firsts > 1):
            for value in data[firsts[cell] + 1 : ends[cell]]:
                sums[cell] = sums[cell] + value
    return rows[firsts], columns[firsts], sums


def texts_of(data):
    if data.dtype.kind in "iu":
        return [str(value) for value in data.tolist()]
    if data.dtype.kind == "b":
        return ["1" if value else "0" for value in (data.view(np.uint8) != 0).tolist()]
    with np.errstate(all="ignore"):
        wide = data.astype(np.float64)
    bits = wide.view(np.uint64).tolist()
    return ["nan" if nan else format(bit, "x") for bit, nan in zip(bits, np.isnan(wide).tolist())]


def rows_text(matrix):
    rows, columns, data = entries_of(matrix)
    inner = matrix.matrix if isinstance(matrix, Halves) else matrix
    height, width = (int(side) for side in inner.shape)
    last = max(FIRST_ROWS, height - LAST_ROWS)
    kept = (rows < FIRST_ROWS) | (rows >= last)
    rows, columns, data = rows[kept], columns[kept], data[kept]
    data = data.astype(data.dtype.newbyteorder("="))
    order = np.lexsort((columns, rows))
    rows, columns, data = sum_duplicates(rows[order], columns[order], data[order])
    end = np.searchsorted(np.searchsorted(rows, rows), MAX_ENTRIES)
    triples = zip(rows[:end].tolist(), columns[:end].tolist(), texts_of(data[:end]))
    lines = [f"{height} {width} {data.dtype.name}", *(f"{r} {c} {v}" for r, c, v in triples)]
    return "\n".join(lines)


def judge(request, objects):
    try:
        text = rows_text(READERS[request["format"]](objects, request["options"]))
    except (Declined, MemoryError) as reason:
        return {"end": "declined", "reason": f"{type(reason).__name__}: {reason}"}
    except Exception as reason:  # noqa: BLE001: whatever a library raises is a refusal
        return {"end": "refused", "reason": f"{type(reason).__name__}: {reason}"}
    answer = {"end": "accepted", "digest": hashlib.sha256(text.encode()).hexdigest()}
    return answer | ({"rows": text} if request.get("withRows") else {})


def main():
    warnings.simplefilter("ignore")
    fast_market.PARALLELISM = 1
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    source = sys.stdin.buffer
    print(json.dumps({"end": "ready"}), flush=True)
    while prefix := source.read(4):
        request = json.loads(source.read(*struct.unpack("<I", prefix)))
        objects = {name: source.read(size) for name, size in request["objects"]}
        print(json.dumps(judge(request, objects)), flush=True)


if __name__ == "__main__":
    main()
