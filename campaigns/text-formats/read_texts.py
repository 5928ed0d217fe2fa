"""Reads every text of a folder by SciPy or scikit-learn and prints a line of JSON for each.

Each is read in a process of its own: some damaged texts end SciPy with a signal.
"""

import json
import os
import resource
import sys
import warnings

import numpy as np
import scipy.io
import scipy.sparse
from sklearn.datasets import load_svmlight_file


def load(path):
    options = json.loads(path.with_suffix(".json").read_text())
    if path.suffix == ".mtx":
        return scipy.sparse.csr_array(scipy.io.mmread(path))
    zero_based = options.get("zeroBased", "auto")
    # Without labels they are read as a list, which may be empty.
    labels = options.get("labels", False)
    matrix, y = load_svmlight_file(str(path), zero_based=zero_based, multilabel=not labels)
    matrix = scipy.sparse.csr_array(matrix)
    if not labels:
        return matrix
    # Stacking would drop a label of 0, which is stored.
    return scipy.sparse.hstack([label_column(y), matrix], format="csr")


def label_column(y):
    indptr = np.arange(len(y) + 1)
    return scipy.sparse.csr_array((y, np.zeros(len(y), int), indptr), shape=(len(y), 1))


def describe(path):
    try:
        matrix = load(path)
        matrix.sum_duplicates()
        rows, columns = matrix.shape
        return {
            "shape": [rows, columns],
            "dtype": str(matrix.dtype),
            "indptr": matrix.indptr.tolist() if rows < 100_000 else None,
            "indices": matrix.indices.tolist(),
            "data": [repr(value) for value in matrix.data.tolist()],
        }
    except BaseException as error:
        return {"error": f"{type(error).__name__}: {error}"[:200]}


def main(folder):
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for path in sorted(folder.iterdir()):
        if path.suffix == ".json":
            continue
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            with os.fdopen(writer, "w") as out:
                out.write(json.dumps(describe(path)))
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as answer:
            found = answer.read()
        os.waitpid(child, 0)
        facts = json.loads(found) if found else {"error": "crashed"}
        print(json.dumps({"file": path.name, **facts}), flush=True)


if __name__ == "__main__":
    import pathlib

    main(pathlib.Path(sys.argv[1]))
