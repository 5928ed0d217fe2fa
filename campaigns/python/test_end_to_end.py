"""From a frame through its bundle to text: what sparse-fanout prints is what pandas prints."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sparse_to_s3 import write_bundle

from support import DTYPES, counts, raw_csr, sparse_frame

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(shutil.which("npm") is None, reason="the command line needs npm")


def spread(values: np.ndarray, fill) -> np.ndarray:
    """Cells of 60 rows and 5 columns, most of them fill."""
    cells = np.full(300, fill, values.dtype)
    cells[:: 300 // len(values)][: len(values)] = values
    return cells.reshape(60, 5)


def printed(bundle: Path, *options: str) -> str:
    command = ["npm", "run", "-s", "cli", "--", "slice", str(bundle), *options]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


FRAMES = {
    "int64": sparse_frame(spread(np.array([-(2**63), 2**63 - 1, 7, 1]), 0), 0),
    "uint8": sparse_frame(spread(np.array([255, 1], "u1"), 0), 0),
    "float64": sparse_frame(spread(np.array([0.1, -1e300, 5e-324, np.inf, np.nan, 12345678.9]), 0.0), 0.0),
    "float64, NaN": sparse_frame(spread(np.array([0.0, -0.0, 1e16, 1 / 3]), np.nan), np.nan),
    "bool": sparse_frame(spread(np.array([True] * 7), False), False),
    "counts": pd.DataFrame.sparse.from_spmatrix(counts()),
}


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("name", FRAMES)
def test_slice_of_the_bundle_prints_what_pandas_prints(tmp_path, name):
    write_bundle(FRAMES[name], tmp_path, band_bytes=100)
    assert printed(tmp_path) == FRAMES[name].to_csv(index=False, header=False)


#: Dtypes of which pandas 2 prints a matrix in another way, see docs/csv-text.md.
PANDAS_2_DEPARTS = ["?", "u8"] if pd.__version__.startswith("2.") else []


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("dtype", [dtype for dtype in DTYPES if dtype not in [*PANDAS_2_DEPARTS, "f2"]])
def test_the_profile_of_a_pandas_prints_matrices_as_it_does(tmp_path, dtype):
    matrix = counts(20, 6)
    data = (matrix.data % 2 if dtype == "?" else matrix.data).astype(dtype)
    matrix = raw_csr(data, matrix.indices, matrix.indptr, matrix.shape)
    write_bundle(matrix, tmp_path)
    expected = pd.DataFrame.sparse.from_spmatrix(matrix).to_csv(index=False, header=False)
    assert printed(tmp_path, "--profile", f"pandas-{pd.__version__[0]}") == expected
