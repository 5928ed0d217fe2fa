"""Reads the snapshots of a table by pyiceberg and Polars, and their manifests by fastavro.

Standard input: {"door": URL, "snapshots": [...]}
"""

import fastavro
import polars as pl
from pyiceberg.expressions import EqualTo, IsNull
from pyiceberg.table import StaticTable
from tables import DOOR, SNAPSHOTS, bucket_key, file_rows, file_system, listed, rows_of, say, shown

ICEBERG = {
    "s3.endpoint": DOOR,
    "s3.access-key-id": "any",
    "s3.secret-access-key": "any",
    "s3.region": "us-east-1",
}
OBJECTS = {
    "aws_endpoint_url": DOOR,
    "aws_access_key_id": "any",
    "aws_secret_access_key": "any",
    "aws_region": "us-east-1",
    "aws_allow_http": "true",
    "aws_virtual_hosted_style_request": "false",
}
# Others have no comparison in pyiceberg.
COMPARED = ["id", "flag", "tiny", "small", "number", "single", "double", "price", "sum", "large"]
COMPARED += ["text", "day", "at", "instant", "key", "tag", "long"]


def literal(value):
    return str(value) if hasattr(value, "hex") and not isinstance(value, (float, bytes)) else value


def by_equality(table, expected):
    """Each value of some rows is found where it is, so no bound leaves it out."""
    rows = expected.slice(0, 1000).to_pylist()[::173]
    asked, missed = 0, 0
    for row in rows:
        for name in set(COMPARED) & set(row):
            value = row[name]
            if value is None:
                continue
            asked += 1
            files = {task.file.file_path for task in table.scan(row_filter=EqualTo(name, literal(value))).plan_files()}
            if row["id"] not in {each for path in files for each in IDS[path]}:
                missed += 1
    return missed, asked


def by_partition(table, snapshot):
    """Files that are read for a value of a partition, and those that have it."""
    name = next(iter(snapshot["partitions"][snapshot["files"][0]]))
    values = listed(snapshot).group_by(name).aggregate([("id", "min"), ("id", "count")]).to_pylist()
    texts = {}
    for uri in snapshot["files"]:
        text = snapshot["partitions"][uri][name]
        texts[text] = texts.get(text, 0) + 1
    asked = [IsNull(name) if each[name] is None else EqualTo(name, literal(each[name])) for each in values]
    return sorted(len(list(table.scan(row_filter=each).plan_files())) for each in asked), sorted(texts.values())


def avro(uri):
    with file_system().open_input_file(bucket_key(uri)) as file:
        return list(fastavro.reader(file))


IDS = {}
DELETED = 2
for snapshot in SNAPSHOTS:
    table = StaticTable.from_metadata(snapshot["metadata"], properties=ICEBERG)
    expected = listed(snapshot)
    names = expected.column_names
    wanted = rows_of(expected, names)
    assert table.current_snapshot().snapshot_id == snapshot["generation"]
    say("pyiceberg", snapshot, wanted, rows_of(table.scan().to_arrow(), names))
    frame = pl.scan_iceberg(snapshot["metadata"], storage_options=ICEBERG | OBJECTS).collect()
    say("Polars", snapshot, wanted, rows_of(frame.to_arrow(), names))
    for uri in snapshot["files"]:
        IDS.setdefault(uri, set(file_rows(uri, {})["id"].to_pylist()))
    manifests = avro(table.current_snapshot().manifest_list)
    entries = [entry for each in manifests for entry in avro(each["manifest_path"]) if entry["status"] != DELETED]
    say("fastavro", snapshot, snapshot["files"], [entry["data_file"]["file_path"] for entry in entries])
    missed, asked = by_equality(table, expected)
    print(f"{'WRONG ' if missed else ''}{shown(snapshot)}: {missed} of {asked} values are left out by bounds")
    if snapshot["partitions"][snapshot["files"][0]]:
        found, wanted = by_partition(table, snapshot)
        print(f"{'WRONG ' if found != wanted else ''}{shown(snapshot)}: {found} files by partition, {wanted} have it")
        continue
    pruned = len(list(table.scan(row_filter=f"id >= {min(IDS[snapshot['files'][-1]])}").plan_files()))
    print(f"{'WRONG ' if pruned != 1 else ''}{shown(snapshot)}: {pruned} of {len(snapshot['files'])} files for the last ids")
