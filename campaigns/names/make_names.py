"""Writes matrices with random names of rows and columns in every container that has names, each with the text that
pandas prints of it.

Usage: make_names.py <folder> <how many> <seed>
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import scipy.io
import scipy.sparse as sp
from sparse_to_s3 import write_bundle

#: Python quotes a carriage return from 3.13 on, see docs/csv-text.md.
SPECIAL = ["", ",", '"', ";", "\t", "\n", " ", "0", "1.5", "é", "日本", "😀", "'", "\\", "\u2028", "NaN", "#", "a" * 300]
SPECIAL += ["\r", "\r\n"] if sys.version_info >= (3, 13) else []
LETTERS = [chr(code) for code in range(33, 127)] + list("äßŁ中\u00a0")


def name_of(random: np.random.Generator, without: str) -> str:
    parts = [str(random.choice(SPECIAL if random.random() < 0.2 else LETTERS)) for _ in range(random.integers(0, 6))]
    return "".join(sign for sign in "".join(parts) if sign not in without)


def names_of(random: np.random.Generator, count: int, without: str) -> list[str]:
    """Names, some of them twice."""
    names = [name_of(random, without) for _ in range(count)]
    return [names[random.integers(count)] if random.random() < 0.1 else name for name in names]


def write_texts(group: h5py.Group, name: str, texts: list[str], random: np.random.Generator) -> None:
    """Texts as a dataset: of any length or of a fixed one, in chunks or in one piece."""
    longest = max(len(text.encode()) for text in texts)
    # HDF5 pads texts of a fixed length with zeros, and a text of any length ends at the first zero.
    dtype = h5py.string_dtype("utf-8", max(1, longest) if random.random() < 0.3 else None)
    options = {"chunks": (max(1, len(texts) // 3),), "compression": "gzip"} if random.random() < 0.5 else {}
    group.create_dataset(name, data=[text.encode() for text in texts], dtype=dtype, **options)


def write_csr(group: h5py.Group, matrix: sp.csr_matrix) -> None:
    for name in ("data", "indices", "indptr"):
        group.create_dataset(name, data=getattr(matrix, name))


def h5ad(path: Path, matrix: sp.csr_matrix, rows: list[str], columns: list[str], random: np.random.Generator) -> str:
    title = str(random.choice(["_index", "cell", "a,b"]))
    with h5py.File(path, "w") as file:
        group = file.create_group("X")
        group.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": matrix.shape})
        write_csr(group, matrix)
        for frame, key, names in (("obs", title, rows), ("var", "_index", columns)):
            group = file.create_group(frame)
            group.attrs.update({"_index": key, "encoding-type": "dataframe"})
            write_texts(group, key, names, random)
    return "" if title == "_index" else title


def tenx(path: Path, matrix: sp.csr_matrix, rows: list[str], columns: list[str], random: np.random.Generator) -> str:
    with h5py.File(path, "w") as file:
        group = file.create_group("matrix")
        write_csr(group, matrix)
        group.create_dataset("shape", data=np.array(matrix.shape[::-1], "int32"))
        write_texts(group, "barcodes", rows, random)
        write_texts(group, "features/name", columns, random)
        write_texts(group, "features/id", columns[::-1], random)
    return ""


def tenx_mtx(path: Path, matrix: sp.csr_matrix, rows: list[str], columns: list[str], random: np.random.Generator) -> str:
    path.mkdir()
    scipy.io.mmwrite(path / "matrix.mtx", matrix.T)
    (path / "barcodes.tsv").write_text("".join(f"{name}\n" for name in rows), newline="")
    (path / "features.tsv").write_text("".join(f"id\t{name}\tGene\n" for name in columns), newline="")
    return ""


def bundle(path: Path, matrix: sp.csr_matrix, rows: list[str], columns: list[str], random: np.random.Generator) -> str:
    title = str(random.choice(["", "id", 'a"b']))
    write_bundle(matrix, path, columns=columns, index=pd.Index(rows, name=title or None))
    return title


#: By the ending of a file or folder: what writes it, and the signs that its names cannot have.
CONTAINERS = {".h5ad": (h5ad, ""), ".h5": (tenx, ""), "-mtx": (tenx_mtx, "\t\n\r"), "-bundle": (bundle, "")}


def main() -> None:
    folder, count, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    for number in range(count):
        random = np.random.default_rng([seed, number])
        ending = list(CONTAINERS)[number % len(CONTAINERS)]
        write, without = CONTAINERS[ending]
        shape = (int(random.integers(1, 200)), int(random.integers(1, 20)))
        matrix = sp.random(*shape, 0.3, "csr", "int64", random, lambda size: random.integers(1, 99, size)).tolil()
        matrix[0, 0] = 7  # SciPy writes a matrix without entries as one of floats
        matrix = matrix.tocsr()
        rows, columns = names_of(random, shape[0], without), names_of(random, shape[1], without)
        title = write(folder / f"{number}{ending}", matrix, rows, columns, random)
        args = []
        if random.random() < 0.3:
            given = folder / f"{number}.names"
            columns = names_of(random, shape[1], "\n\r" if random.random() < 0.5 else "")
            is_list = random.random() < 0.5 or any("\n" in name or "\r" in name for name in columns) or columns[-1] == ""
            is_list = is_list or columns[0].lstrip(" \t").startswith("[")
            given.write_text(json.dumps(columns) if is_list else "\n".join(columns), newline="")
            args += ["--column-names", str(given)]
        header, index = bool(args or random.random() < 0.8), bool(random.random() < 0.8)
        sep = str(random.choice([",", ";", "\t"]))
        frame = pd.DataFrame(matrix.toarray(), index=pd.Index(rows, name=title or None), columns=columns)
        (folder / f"{number}.csv").write_bytes(frame.to_csv(sep=sep, index=index, header=header).encode())
        args += ["--delimiter", sep, *(["--header"] if header else []), *(["--index"] if index else [])]
        case = {"source": f"{number}{ending}", "args": args, "isGzip": bool(random.random() < 0.2)}
        (folder / f"{number}.json").write_text(json.dumps(case))


if __name__ == "__main__":
    main()
