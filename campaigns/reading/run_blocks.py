"""Executes the blocks of reading.md in this folder, and compares what they read with the source."""

import json
import pathlib
import re
import subprocess
import sys

import numpy as np
import scipy.sparse as sp

BLOCK = re.compile(r"^```(\w+)(?: (\w+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def local_symlink():
    """The symlink and the statement with the files of this machine."""
    folder = pathlib.Path("hive").resolve()
    manifest = json.loads((folder / "_manifest/manifest.json").read_text())
    place = manifest["entries"][0]["url"].rsplit("data/", 1)[0]
    for name in ["_manifest/hive/symlink/symlink.txt", "_manifest/hive/table.sql"]:
        path = folder / name
        path.write_text(path.read_text().replace(place, f"file://{folder}/"))
    statement = folder / "_manifest/hive/table.sql"
    statement.write_text(re.sub(r"TABLE `\w+`", "TABLE `hive`", statement.read_text()))


def array_of(found):
    """A frame of any library as an array."""
    if sp.issparse(found):
        return found.toarray()
    if hasattr(found, "fetchnumpy"):
        found = found.df()
    if hasattr(found, "to_pandas") and not hasattr(found, "schema"):
        found = found.to_pandas()
    if hasattr(found, "to_pandas"):
        found = found.to_pandas()
    return np.asarray(found)


def in_any_order(rows):
    rows = np.asarray(rows, float)
    return rows[np.lexsort(rows.T)]


def text_array(path):
    return np.loadtxt(path, delimiter=",", ndmin=2)


def run_python(code, names):
    for name in ("frame", "X", "column"):
        names.pop(name, None)
    if "spark" in names and "SparkSession" in code:
        names.pop("spark").stop()
    exec(code, names)  # noqa: S102
    for name in ("frame", "X", "column"):
        if name in names:
            yield name, array_of(names[name])


def run_shell(code):
    for path in ("all.csv", "column.csv"):
        pathlib.Path(path).unlink(missing_ok=True)
    subprocess.run(["bash", "-ec", code], check=True)
    if pathlib.Path("all.csv").exists():
        yield "all.csv", text_array("all.csv")
    if pathlib.Path("column.csv").exists():
        yield "column", np.loadtxt("column.csv")


def run_sql(code):
    import duckdb

    connection = duckdb.connect()
    *before, last = [statement for statement in code.split(";") if statement.strip()]
    for statement in before:
        connection.execute(statement)
    yield "the rows", connection.sql(last).df().to_numpy()


def results(language, code, names):
    if language == "python":
        yield from run_python(code, names)
    elif language == "sh":
        yield from run_shell(code)
    else:
        yield from run_sql(code)


def main():
    expected = sp.csr_matrix(sp.load_npz(sys.argv[1])).toarray().astype(float)
    local_symlink()
    names, wrong, read = {}, 0, 0
    for language, mark, code in BLOCK.findall(pathlib.Path("reading.md").read_text()):
        shown = code.strip().split("\n")[0]
        if mark == "aws":
            print(f"not run, it needs AWS: {shown}")
            continue
        try:
            for name, found in results(language, code, names):
                wanted = expected[:, 3] if name == "column" else expected
                if mark == "hive":
                    found, wanted = in_any_order(found), in_any_order(wanted)
                if not np.array_equal(np.asarray(found, float), wanted, equal_nan=True):
                    raise AssertionError(f"{name} has other values, of shape {np.shape(found)}")
                read += 1
        except ModuleNotFoundError as error:
            print(f"skipped, {error}: {shown}")
        except Exception as error:  # noqa: BLE001
            wrong += 1
            print(f"wrong: {shown}: {type(error).__name__}: {error}")
    print(f"{read} results of blocks are those of the source, {wrong} are wrong")
    sys.exit(1 if wrong or read == 0 else 0)


main()
