"""Compares each column of a Parquet file, one for each type, with what the texts of the docs say.

Usage: check_types.py <folder>

Prints a line of JSON for each type: how PyArrow and Polars call it, and what differs.
"""

import datetime
import json
import re
import sys
import uuid
import zoneinfo
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from kinds import ARROW

UTC = datetime.timezone.utc
TRUE = {"true", "t", "1", "yes", "y"}


def timestamp(text):
    """Nanoseconds since 1970, and whether the text says where."""
    day, rest = text[:10], text[11:]
    place = re.search(r" [A-Z][A-Za-z_/]+$", rest)
    offset = re.search(r"(Z|[+-]\d\d:\d\d)$", rest)
    clock = rest[: (place or offset).start()] if place or offset else rest
    clock, _, fraction = clock.partition(".")
    at = datetime.datetime.fromisoformat(f"{day.replace('/', '-')} {clock or '00:00:00'}")
    zone = UTC
    if place:
        zone = zoneinfo.ZoneInfo(place.group().strip())
    elif offset and offset.group() != "Z":
        sign = 1 if offset.group()[0] == "+" else -1
        hours, minutes = map(int, offset.group()[1:].split(":"))
        zone = datetime.timezone(sign * datetime.timedelta(hours=hours, minutes=minutes))
    since = at.replace(tzinfo=zone) - datetime.datetime(1970, 1, 1, tzinfo=UTC)
    return (since // datetime.timedelta(seconds=1)) * 10**9 + int(fraction.ljust(9, "0"))


def meant(kind, text):
    """What a text of a type means, by Python alone, as `seen` has it."""
    if kind == "VARCHAR":
        return text
    if kind == "BOOLEAN":
        return text.lower() in TRUE
    if "INT" in kind:
        return int(Decimal(text))
    if kind in ("FLOAT", "DOUBLE"):
        return repr(pa.scalar(float(text), ARROW[kind]).as_py())
    if kind.startswith("DECIMAL"):
        return Decimal(text)
    if kind == "DATE":
        return datetime.date(*map(int, re.split("[-/]", text.split(" ")[0])))
    if kind == "TIME":
        hours, minutes, seconds = [*text.split(":"), "0"][:3]
        whole, _, fraction = seconds.partition(".")
        return datetime.time(int(hours), int(minutes), int(whole), int(fraction.ljust(6, "0")))
    if kind == "UUID":
        return uuid.UUID(text).bytes
    return timestamp(text)


def seen(value):
    """A value of PyArrow in a form that compares."""
    if not value.is_valid:
        return None
    if pa.types.is_timestamp(value.type):
        return value.value * {"ms": 10**6, "us": 10**3, "ns": 1}[value.type.unit]
    found = value.as_py()
    if isinstance(found, uuid.UUID):
        return found.bytes
    return repr(found) if isinstance(found, float) else found


def main(folder):
    (path,) = (folder / "out").iterdir()
    table, frame = pq.read_table(path), pl.read_parquet(path)
    wanted = {**ARROW, "UUID": pa.uuid()}
    for at, row in enumerate(json.loads((folder / "types.json").read_text())):
        kind, name = row["type"], f"c{at}"
        column, differences = table[name], []
        if column.type != wanted[kind]:
            differences.append(f"PyArrow reads {column.type}, not {wanted[kind]}")
        values = [seen(value) for value in column][: len(row["reads"])]
        for text, value in zip(row["reads"], values):
            if value != meant(kind, text):
                differences.append(f"{text!r} is {value!r}, not {meant(kind, text)!r}")
        if kind != "UUID":
            polars = frame[name].to_arrow().cast(wanted[kind])
            if [seen(value) for value in polars][: len(row["reads"])] != values:
                differences.append("Polars reads other values")
        read = f"PyArrow {column.type}, Polars {frame[name].dtype}, {len(values)} values"
        print(json.dumps({"type": kind, "read": read, "differences": differences}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
