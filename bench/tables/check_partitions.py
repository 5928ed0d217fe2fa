"""Prints what files of a partitioned table are like: `<folder> <rows>`; ends with 1 if rows lack."""

import json
import sys
from collections import defaultdict
from pathlib import Path

import pyarrow.parquet
from partitioning import COLUMN, FILE_BYTES

folder, rows = Path(sys.argv[1]), int(sys.argv[2])
partitions = defaultdict(list)
for file in sorted(folder.rglob("*.parquet")):
    partitions[file.parent.name].append(file)
found, outside, descents = 0, 0, 0
for files in partitions.values():
    sizes = [file.stat().st_size for file in files]
    # A partition that is smaller than a file can only have a smaller one.
    if sum(sizes) >= 0.4 * FILE_BYTES:
        outside += sum(not 0.4 <= size / FILE_BYTES <= 2 for size in sizes)
    last = -1
    for file in files:
        # They ascend in the source.
        ids = pyarrow.parquet.ParquetFile(file).read(["order_id"])["order_id"].to_numpy()
        found += len(ids)
        if len(ids) == 0:
            continue
        descents += int((ids[1:] <= ids[:-1]).sum()) + int(ids[0] <= last)
        last = int(ids[-1])
names = sorted(partitions)
if found != rows or not all(name.startswith(f"{COLUMN}=") for name in names):
    sys.exit(f"{found} of {rows} rows in the folders {', '.join(names)}")
files = sum(map(len, partitions.values()))
print(json.dumps({"files": files, "outside": outside, "descents": descents}))
