"""Reads outputs by the libraries of others, and compares all entries with the source."""

import gzip
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import zipfile

import numpy as np
import pyarrow.parquet as pq
import scipy.io
import scipy.sparse as sp
from sklearn.datasets import load_svmlight_file

SAGEMAKER = "sagemaker==2.257.7"
"""The last version whose package has the classes of records."""

MAGIC = 0xCED7230A


def record_class():
    """The class of records, from SageMaker's wheel, which is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        line = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, SAGEMAKER]
        subprocess.run(line, check=True)
        (wheel,) = pathlib.Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            code = archive.read("sagemaker/amazon/record_pb2.py").decode()
    module = {"__name__": "record_pb2"}
    exec(code, module)  # noqa: S102
    return module["Record"]


def source_matrix(path):
    """The source as SciPy reads it, with duplicates summed; float16 is widened."""
    with np.load(path, allow_pickle=False) as arrays:
        wide = "data" in arrays and arrays["data"].dtype == np.float16
        if wide and arrays["format"].item() == b"csr":
            parts = (arrays["data"].astype(np.float32), arrays["indices"], arrays["indptr"])
            matrix = sp.csr_matrix(parts, shape=tuple(arrays["shape"]))
        else:
            matrix = sp.csr_matrix(sp.load_npz(path))
    matrix.data = matrix.data.astype(matrix.data.dtype.newbyteorder("="))
    matrix.sum_duplicates()
    return matrix


def opened(path):
    return gzip.open(path) if path.endswith(".gz") else open(path, "rb")


def read_svmlight(files, spec, shape):
    parts = []
    for path in files:
        with opened(path) as file:
            text = file.read()
        if not text:
            continue
        with tempfile.NamedTemporaryFile(suffix=".svm") as copy:
            copy.write(text)
            copy.flush()
            columns = max(1, shape[1])
            part, labels = load_svmlight_file(
                copy.name, n_features=columns, zero_based=spec["zeroBased"]
            )
        assert not labels.any()
        parts.append(part[:, : shape[1]])
    return parts


def read_records(files, spec, shape, record_type):
    parts = []
    for path in files:
        with opened(path) as file:
            data = file.read()
        values, keys, indptr = [], [], [0]
        at = 0
        while at < len(data):
            magic, length = struct.unpack_from("<II", data, at)
            assert magic == MAGIC
            record = record_type()
            record.ParseFromString(data[at + 8 : at + 8 + length])
            tensor = getattr(record.features["values"], f"{spec['tensor']}_tensor")
            assert list(tensor.shape) == [shape[1]]
            values.extend(tensor.values)
            keys.extend(tensor.keys)
            indptr.append(len(keys))
            at += 8 + (length + 3) // 4 * 4
        part = (np.array(values, spec["tensor"]), np.array(keys, np.int64), indptr)
        parts.append(sp.csr_matrix(part, shape=(len(indptr) - 1, shape[1])))
    return parts


def read_parquet(files, spec, shape):
    parts, before = [], 0
    for path in files:
        table = pq.read_table(path)
        rows = table["row"].to_numpy() - before
        if spec["layout"] == "triples":
            columns, values = table["column"].to_numpy(), table["value"].to_numpy()
            count = rows_of(path)
        else:
            lists = table["columns"].combine_chunks()
            count = len(rows)
            rows = np.repeat(rows, np.diff(lists.offsets.to_numpy()))
            columns = lists.flatten().to_numpy()
            values = table["values"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
        before += count
        part = sp.csr_matrix((values, (rows, columns)), shape=(count, shape[1]))
        parts.append(part)
    return parts


def rows_of(path):
    """Rows of a chunk, of which the last may have no entries: as many as its name says."""
    return int(pathlib.Path(path).stem.split("-")[1])


def parts_of(case, shape, record_type):
    kind = case["spec"]["kind"]
    if kind == "svmlight":
        return read_svmlight(case["files"], case["spec"], shape)
    if kind == "npz":
        return [sp.load_npz(path) for path in case["files"]]
    if kind == "mtx":
        return [sp.csr_matrix(scipy.io.mmread(path)) for path in case["files"]]
    if kind == "parquet":
        return read_parquet(case["files"], case["spec"], shape)
    return read_records(case["files"], case["spec"], shape, record_type)


def stored_dtype(spec, dtype):
    """The type of the values in the output: text is read as doubles, or as integers of 64 bits."""
    if spec["kind"] in ("npz", "parquet"):
        return dtype
    if spec["kind"] == "recordio-protobuf":
        return np.dtype(spec["tensor"])
    if spec["kind"] == "mtx" and dtype.kind in "iub":
        return np.dtype(np.uint64 if dtype == np.uint64 else np.int64)
    return np.dtype(np.float64)


def problem_of(case, expected, record_type):
    parts = parts_of(case, expected.shape, record_type)
    if not parts:
        return None if expected.shape[0] == 0 else "no rows"
    found = sp.csr_matrix(sp.vstack(parts, format="csr"))
    found.sort_indices()
    if found.shape != expected.shape:
        return f"the shape is {found.shape}, not {expected.shape}"
    if not np.array_equal(found.indptr, expected.indptr):
        return "rows have other numbers of entries"
    if not np.array_equal(found.indices, expected.indices):
        return "entries lie in other columns"
    dtype = stored_dtype(case["spec"], expected.dtype)
    with np.errstate(over="ignore"):
        wanted = expected.data.astype(dtype)
    values = found.data.astype(dtype)
    same = (values == wanted) | ((values != values) & (wanted != wanted))
    return None if same.all() else f"{(~same).sum()} values differ"


def main():
    cases = json.loads(pathlib.Path(sys.argv[1]).read_text())
    record_type = record_class()
    wrong = 0
    for case in cases:
        try:
            problem = problem_of(case, source_matrix(case["source"]), record_type)
        except Exception as error:  # noqa: BLE001
            problem = f"{type(error).__name__}: {error}"
        if problem is not None:
            wrong += 1
            print(f"{pathlib.Path(case['source']).name} as {case['spec']}: {problem}")
    print(f"{len(cases) - wrong} of {len(cases)} outputs are read with the entries of their source")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
