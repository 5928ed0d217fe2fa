"""What several tests share: matrices, frames, and reading a bundle back with NumPy."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sparse_to_s3 import BundleError, write_bundle

DTYPES = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]

#: A few entries, so that a small matrix has many bands.
SMALL_BAND = 64


def read_arrays(folder: Path) -> list[np.ndarray]:
    arrays = read_meta(folder)["arrays"]
    return [np.load(folder / arrays[name]["file"]) for name in ("indptr", "indices", "data")]


def read_names(folder: Path, field="columnNames") -> list[str] | None:
    stored = read_meta(folder)[field]
    if stored is None:
        return None
    names = json.loads((folder / stored["file"]).read_bytes().decode())
    assert len(names) == stored["count"]
    return names


def files_of(meta: dict) -> list[dict]:
    """What a `meta.json` says of each file of its bundle."""
    others = (meta[field] for field in ("columnNames", "rowNames", "columnGroups"))
    return [*meta["arrays"].values(), *(each for each in others if each is not None)]


def assert_whole(folder: Path) -> None:
    """Every file has the length and the CRC-32 that `meta.json` gives, and the CRC-32 in its name."""
    for stored in files_of(read_meta(folder)):
        content = (folder / stored["file"]).read_bytes()
        assert (len(content), f"{zlib.crc32(content):08x}") == (stored["bytes"], stored["crc32"])
        assert f"-{stored['crc32']}." in stored["file"]


def assert_nothing_but(folder: Path, meta: dict) -> None:
    expected = ["meta.json", *(stored["file"] for stored in files_of(meta))]
    assert sorted(path.name for path in folder.iterdir()) == sorted(expected)


def read_meta(folder: Path) -> dict:
    return json.loads((folder / "meta.json").read_text())


def assert_nothing_left(folder: Path) -> None:
    assert not folder.exists() or list(folder.iterdir()) == []


def refusal(*args, **options) -> str:
    with pytest.raises(BundleError) as caught:
        write_bundle(*args, **options)
    message = str(caught.value)
    assert "\n" not in message
    return message


def raw_csr(data, indices, indptr, shape) -> sp.csr_matrix:
    """A matrix of exactly these arrays, whatever SciPy's constructor would have made of them."""
    matrix = sp.csr_matrix(shape, dtype="f8")
    matrix.data, matrix.indices, matrix.indptr = data, indices, indptr
    return matrix


def counts(rows=200, columns=30, seed=1) -> sp.csr_matrix:
    return sp.random(rows, columns, 0.1, "csr", random_state=seed, data_rvs=lambda n: np.arange(1, n + 1)).astype("i8")


def sparse_frame(values: np.ndarray, fill, kind="integer") -> pd.DataFrame:
    arrays = {
        f"c{column}": pd.arrays.SparseArray(values[:, column], fill_value=fill, kind=kind)
        for column in range(values.shape[1])
    }
    return pd.DataFrame(arrays)


def dense_of(folder: Path) -> np.ndarray:
    """What the bundle says of each cell."""
    meta = read_meta(folder)
    indptr, indices, data = read_arrays(folder)
    fill = np.nan if meta["fillValue"] == "NaN" else meta["fillValue"]
    dense = np.full(meta["shape"], fill, data.dtype)
    dense[np.repeat(np.arange(len(indptr) - 1), np.diff(indptr)), indices] = data
    return dense


def columns_of(folder: Path) -> list[np.ndarray]:
    """What a bundle of several dtypes says of each column."""
    meta = read_meta(folder)
    indptr, indices, data = read_arrays(folder)
    of_column = np.load(folder / meta["columnGroups"]["file"])
    assert of_column.dtype == np.uint8
    rows = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    columns = []
    for column, number in enumerate(of_column):
        group = meta["groups"][number]
        dtype = np.dtype(group["dtype"])
        cells = np.full(meta["shape"][0], np.nan if group["fillValue"] == "NaN" else group["fillValue"], dtype)
        raw = data[indices == column]
        assert (raw >> np.array(8 * dtype.itemsize - 1, raw.dtype) >> np.array(1, raw.dtype) == 0).all()
        cells[rows[indices == column]] = raw.astype(f"<u{dtype.itemsize}").view(dtype)
        columns.append(cells)
    return columns
