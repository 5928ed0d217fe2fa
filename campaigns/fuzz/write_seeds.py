"""Writes small valid files of every source format, by the libraries that people write them with.

python write_seeds.py FOLDER: one folder a group, one file or folder a seed; always the same bytes.
"""

import gzip
import io
import json
import sys
from pathlib import Path

import h5py
import numpy as np
import scipy.io
import scipy.sparse as sp
from sklearn.datasets import dump_svmlight_file

DTYPES = ["bool", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]


def values(rng, count, dtype):
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            return (rng.standard_normal(count) * 10.0 ** rng.integers(-6, 7, count)).astype(dtype)
    if dtype.kind == "b":
        return np.ones(count, dtype)
    info = np.iinfo(dtype)
    return rng.integers(max(info.min, -1000), min(info.max, 1000), count, dtype, endpoint=True)


def matrix(rng, dtype, rows=None, columns=None, most=150):
    rows = int(rng.integers(1, 60)) if rows is None else rows
    columns = int(rng.integers(1, 40)) if columns is None else columns
    count = int(rng.integers(0, min(most, rows * columns) + 1))
    cells = rng.choice(rows * columns, count, replace=False) if count else np.zeros(0, np.int64)
    data = values(rng, count, dtype)
    return sp.coo_matrix((data, (cells // columns, cells % columns)), (rows, columns))


def save_members(path, members, compressed):
    (np.savez_compressed if compressed else np.savez)(path, **members)


def members_of(csr, index="<i4", data=None):
    return {
        "indices": csr.indices.astype(index),
        "indptr": csr.indptr.astype(index),
        "format": np.array(b"csr"),
        "shape": np.array(csr.shape),
        "data": csr.data if data is None else csr.data.astype(data),
    }


def with_duplicates(csr, rng):
    """Unsorted rows with some columns twice, as nothing forbids."""
    indptr, indices, data = [0], [], []
    for row in range(csr.shape[0]):
        part = slice(csr.indptr[row], csr.indptr[row + 1])
        order = rng.permutation(part.stop - part.start)
        order = np.concatenate([order, order[: rng.integers(0, len(order) + 1)]]).astype(int)
        indices.extend(csr.indices[part][order])
        data.extend(csr.data[part][order])
        indptr.append(len(indices))
    arrays = (np.array(data, csr.dtype), np.array(indices, np.int32), np.array(indptr, np.int32))
    return sp.csr_matrix(arrays, csr.shape)


def write_csr(folder, rng, compressed):
    for number, dtype in enumerate(DTYPES):
        if dtype == "f2":
            # SciPy has no half floats, but such files were written by older versions.
            with np.errstate(over="ignore"):
                half = members_of(matrix(rng, "f4").tocsr(), data="f2")
            save_members(folder / "f2.npz", half, compressed)
            continue
        csr = matrix(rng, dtype).tocsr()
        sp.save_npz(folder / f"{dtype}.npz", csr, compressed=compressed)
        twice = with_duplicates(csr, rng)
        sp.save_npz(folder / f"{dtype}-duplicates.npz", twice, compressed=compressed)
        index = ["<i8", ">i4", ">i8"][number % 3]
        swapped = members_of(csr, index, np.dtype(dtype).newbyteorder(">"))
        save_members(folder / f"{dtype}-{index[1:]}.npz", swapped, compressed)
        unsigned = ["<u4", "<u8", ">u4", ">u8", "u1", "<u2", "i1", "<i2"][number % 8]
        save_members(folder / f"{dtype}-index-{unsigned[-2:]}.npz", members_of(csr, unsigned), compressed)
    sp.save_npz(folder / "array.npz", sp.csr_array(matrix(rng, "f8")), compressed=compressed)
    for rows, columns in [(0, 5), (5, 0), (0, 0), (1, 1)]:
        empty = sp.csr_matrix((rows, columns))
        sp.save_npz(folder / f"{rows}x{columns}.npz", empty, compressed=compressed)


def write_long(folder):
    """Arrays that are many times as long as their file, so that readers resume within them."""
    many = sp.csr_matrix((np.arange(5.0), ([3, 400_000, 400_000, 699_998, 699_999], [0, 4, 2, 1, 3])), (700_000, 5))
    save_members(folder / "many-rows.npz", members_of(many, "<i8"), compressed=True)
    full = sp.csr_matrix(np.ones((4000, 150), "f8"))
    save_members(folder / "full-rows.npz", members_of(full), compressed=True)


def write_other(folder, rng):
    for kind in ["csc", "coo", "bsr", "dia"]:
        for number, dtype in enumerate(["f8", "i4", "bool", "f4", "u8", "i1"]):
            small = matrix(rng, dtype, most=40) if kind != "dia" else matrix(rng, dtype, 12, 9, 20)
            compressed = number % 2 == 1
            if kind == "bsr":
                small = matrix(rng, dtype, 12, 12, 20)
            sp.save_npz(folder / f"{kind}-{dtype}.npz", small.asformat(kind), compressed=compressed)
    for name, blocksize in [("2x3", (2, 3)), ("3x1", (3, 1)), ("1x4", (1, 4))]:
        bsr = sp.bsr_matrix(matrix(rng, "f8", 12, 12, 20), blocksize=blocksize)
        sp.save_npz(folder / f"bsr-{name}.npz", bsr, compressed=False)
    coo = matrix(rng, "f4", 20, 10)
    picks = rng.integers(0, max(coo.nnz, 1), 60 if coo.nnz else 0)
    twice = sp.coo_matrix((coo.data[picks], (coo.row[picks], coo.col[picks])), coo.shape)
    sp.save_npz(folder / "coo-duplicates.npz", twice, compressed=False)
    wide = {"row": coo.row.astype("<i8"), "col": coo.col.astype(">i4"), "format": np.array("coo")}
    wide |= {"shape": np.array(coo.shape), "data": coo.data.astype(">f4")}
    save_members(folder / "coo-swapped.npz", wide, False)
    sp.save_npz(folder / "coo-array.npz", sp.coo_array(coo), compressed=False)
    for name, members in unnamed_formats(rng).items():
        save_members(folder / f"{name}.npz", members, len(name) % 2 == 0)


def unnamed_formats(rng):
    """Arrays as pydata/sparse saves them, and as files have them whose format nothing names."""
    coo = matrix(rng, "f8", 13, 8, 40)
    csr, csc, dia = coo.tocsr(), coo.tocsc(), matrix(rng, "f4", 6, 9, 12).todia()
    bsr = sp.bsr_matrix(matrix(rng, "i4", 12, 8, 20), blocksize=(3, 2))
    shape = {"shape": np.array(coo.shape), "fill_value": np.float64(0)}
    coords = {"coords": np.array([coo.row, coo.col]), "data": coo.data, **shape}
    by_rows = {"indptr": csr.indptr, "indices": csr.indices, "data": csr.data, **shape}
    by_columns = {"indptr": csc.indptr, "indices": csc.indices, "data": csc.data, **shape}
    blocks = {"indptr": bsr.indptr, "indices": bsr.indices, "data": bsr.data}
    return {
        "pydata-coo": {"format": np.array("coo"), **coords, "fill_value": np.float64(np.nan)},
        "pydata-coo-old": coords,
        "pydata-rows": {"format": np.array("gcxs"), "compressed_axes": np.array([0]), **by_rows},
        "pydata-columns": {"format": np.array("gcxs"), "compressed_axes": np.array([1]), **by_columns},
        "pydata-columns-old": {"compressed_axes": np.array([1]), **by_columns},
        "unnamed-csr": by_rows,
        "unnamed-csc": by_columns,
        "unnamed-coo": {"row": coo.row.astype("<u4"), "col": coo.col.astype("<u8"), "data": coo.data, **shape},
        "unnamed-dia": {"offsets": dia.offsets, "data": dia.data, "shape": np.array(dia.shape)},
        "unnamed-bsr": {**blocks, "shape": np.array(bsr.shape)},
    }


def save_arrays(folder, csr):
    folder.mkdir()
    np.save(folder / "indptr.npy", csr.indptr.astype("<i8"))
    np.save(folder / "indices.npy", csr.indices)
    np.save(folder / "data.npy", csr.data)


def write_bundles(folder, rng):
    for number, dtype in enumerate(["f8", "f4", "i8", "u2", "bool"]):
        csr = matrix(rng, dtype).tocsr()
        path = folder / dtype
        save_arrays(path, csr)
        files = {file.name: {"bytes": file.stat().st_size} for file in sorted(path.iterdir())}
        meta = {
            "format": "sparse-csr-bundle",
            "version": 1,
            "shape": list(csr.shape),
            "nnz": csr.nnz,
            "dtype": csr.dtype.str,
            "indexDtype": csr.indices.dtype.str,
            "fillValue": "NaN" if number == 0 else False if dtype == "bool" else 0,
            "files": files,
            "columns": None,
        }
        (path / "meta.json").write_text(json.dumps(meta))


def write_folders(folder, rng):
    for dtype in ["f8", "i4", "i2", "u8"]:
        save_arrays(folder / dtype, matrix(rng, dtype).tocsr())
    for name, members in unnamed_formats(rng).items():
        (folder / name).mkdir()
        for array, content in members.items():
            np.save(folder / name / f"{array}.npy", content)
    for kind in ["csr", "csc", "coo", "bsr", "dia"]:
        out = io.BytesIO()
        sp.save_npz(out, matrix(rng, "f8", 8, 6, 20).asformat(kind))
        with np.load(io.BytesIO(out.getvalue())) as file:
            (folder / kind).mkdir()
            for array in file.files:
                np.save(folder / kind / f"{array}.npy", file[array])


def write_svmlight(folder, rng):
    for number, dtype in enumerate(["f8", "f4", "i4", "i8", "f8", "f8"]):
        csr = matrix(rng, dtype, rows=int(rng.integers(1, 25)), most=90).tocsr()
        rows = csr.shape[0]
        out = io.BytesIO()
        query = rng.integers(1, 4, rows) if number == 2 else None
        labels = rng.integers(0, 3, rows) if number % 2 else rng.standard_normal(rows)
        comment = "made by a test" if number == 3 else None
        zero_based = number % 2 == 0
        options = {"zero_based": zero_based, "comment": comment, "query_id": query}
        dump_svmlight_file(csr, labels, out, **options)
        (folder / f"{number}.txt").write_bytes(out.getvalue())
    text = "# by hand\n1 1:2 3:4.5 # end\n\n-1 qid:3 2:1e-3\n0\n+1,2 1:inf 9:nan\r\n"
    (folder / "by-hand.txt").write_text(text)


def write_market(folder, zipped, rng):
    def save(name, matrix, **options):
        out = io.BytesIO()
        scipy.io.mmwrite(out, matrix, **options)
        (folder / f"{name}.mtx").write_bytes(out.getvalue())
        (zipped / f"{name}.mtx.gz").write_bytes(gzip.compress(out.getvalue(), mtime=0))

    for dtype in ["f8", "f4", "i4", "i8", "u1"]:
        save(dtype, matrix(rng, dtype, most=90), symmetry="general")
    save("pattern", matrix(rng, "f8"), field="pattern", symmetry="general")
    square = matrix(rng, "f8", 15, 15, 60).toarray()
    save("symmetric", sp.coo_matrix(square + square.T), symmetry="symmetric")
    save("skew", sp.coo_matrix(square - square.T), symmetry="skew-symmetric")
    counts = matrix(rng, "i4", 15, 15, 60).toarray()
    save("integer-symmetric", sp.coo_matrix(counts + counts.T), symmetry="symmetric")
    save("empty", sp.coo_matrix((4, 3)))
    save("commented", matrix(rng, "f8", 9, 9, 30), comment="made by a test\nof two lines")


def save_dataset(group, name, array, options):
    some = dict(options)
    if "chunks" in some:
        most = array.size if "maxshape" not in some else some["chunks"]
        some["chunks"] = (min(some["chunks"], most),)
    group.create_dataset(name, data=array, **(some if array.size else {}))


def write_group(parent, csx, encoding, **options):
    group = parent.create_group("X" if parent.name == "/" else "counts")
    group.attrs["encoding-type"] = encoding
    group.attrs["encoding-version"] = "0.1.0"
    group.attrs["shape"] = np.array(csx.shape)
    for name in ["data", "indices", "indptr"]:
        save_dataset(group, name, getattr(csx, name), options)


H5_OPTIONS = {
    "whole": {},
    "chunked": {"chunks": 16},
    "one-chunk": {"chunks": 64, "maxshape": (None,)},
    "gzip": {"chunks": 32, "compression": "gzip"},
    "shuffled": {"chunks": 32, "compression": "gzip", "shuffle": True},
    "lzf": {"chunks": 32, "compression": "lzf", "shuffle": True},
    "checked": {"chunks": 24, "fletcher32": True},
    "endless": {"chunks": 20, "maxshape": (None,)},
}


def write_h5ad(folder, rng):
    for number, (name, options) in enumerate(H5_OPTIONS.items()):
        for libver in ["earliest", "latest"]:
            kind = "csc" if (number + (libver == "latest")) % 4 == 0 else "csr"
            dtype = ["f4", "f8", "i4", "i8", "u2", "?"][number % 6]
            csx = matrix(rng, dtype, int(rng.integers(1, 25)), most=60).asformat(kind)
            with h5py.File(folder / f"{name}-{libver}.h5ad", "w", libver=libver) as file:
                write_group(file, csx, f"{kind}_matrix", **options)
                if number == 1:
                    write_group(file.create_group("layers"), csx, f"{kind}_matrix", **options)


def write_tenx(folder, rng):
    for name, options in H5_OPTIONS.items():
        csc = matrix(rng, "i4", 20, 15, 60).tocsc()
        libver = "earliest" if len(name) % 2 else "latest"
        with h5py.File(folder / f"{name}.h5", "w", libver=libver) as file:
            group = file.create_group("matrix")
            for array in ["data", "indices", "indptr"]:
                stored = getattr(csc, array)
                save_dataset(group, array, stored.astype("<i4" if array == "data" else "<i8"), options)
            group.create_dataset("shape", data=np.array(csc.shape, "<i4"))
            group.create_dataset("barcodes", data=np.array([b"a"] * csc.shape[1], "S18"))
            group.create_group("features")


def main(root):
    rng = np.random.default_rng(20260101)
    groups = ["csr", "csr-deflated", "other", "bundle", "npy", "svmlight", "mtx", "mtx-gz"]
    folders = {name: root / name for name in [*groups, "h5ad", "10x"]}
    for folder in folders.values():
        folder.mkdir(parents=True)
    write_csr(folders["csr"], rng, compressed=False)
    write_csr(folders["csr-deflated"], rng, compressed=True)
    write_long(folders["csr-deflated"])
    write_other(folders["other"], rng)
    write_bundles(folders["bundle"], rng)
    write_folders(folders["npy"], rng)
    write_svmlight(folders["svmlight"], rng)
    write_market(folders["mtx"], folders["mtx-gz"], rng)
    write_h5ad(folders["h5ad"], rng)
    write_tenx(folders["10x"], rng)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
