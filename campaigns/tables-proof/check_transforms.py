"""Compares the Parquet that a transform made of every data set with what Polars makes of its objects.

Usage: check_transforms.py <folder>

Prints a line of JSON for each data set and form: rows, files, and what differs. Nothing is divided: Polars multiplies
by the reciprocal of a constant, so that 77 / 60 has another last bit than in IEEE 754.
"""

import json
import sys
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from differences import difference
from readers import by_polars


def vowels(text):
    return text.str.count_matches("(?i)[aeiou]").cast(pl.Int32).alias("vowels")


def flights(frame):
    kept = pl.col("dep_delay").is_not_null() & pl.col("origin").str.contains("^(JFK|LGA)$")
    return frame.filter(kept).select(
        "flight",
        "carrier",
        pl.col("tailnum").str.extract("^N([0-9]+)", 1).cast(pl.Int32).alias("tail_number"),
        pl.col("dest").str.replace_all("[AEIOU]", "").alias("consonants"),
        pl.col("distance").cast(pl.Int32).alias("miles"),
        (pl.col("dep_delay").cast(pl.Float64) * 0.25).alias("quarters"),
        pl.col("time_hour").dt.date().alias("day"),
        vowels(pl.col("carrier") + pl.col("dest")),
        pl.col("dep_delay").cast(pl.Float64).clip(-5, 60).alias("late"),
    )


def glosses(frame):
    kept = (pl.col("words") > 1) & ~pl.col("gloss").str.contains(r"^\(")
    return frame.filter(kept).select(
        "place",
        pl.col("pos").str.to_uppercase(),
        pl.col("gloss").str.extract('"([^"]*)"', 1).fill_null("").alias("example"),
        pl.col("gloss").str.replace_all(r"[,;]\s+", " / ").alias("parts"),
        pl.col("gloss").str.len_chars().cast(pl.Int64).alias("characters"),
        pl.col("words").cast(pl.String),
        vowels(pl.col("gloss")),
        pl.col("words").cast(pl.Float64).clip(2, 20).alias("few"),
    )


def weather(frame):
    # NULL is none of both.
    return frame.filter((pl.col("humid") > 50) | (pl.col("precip") > 0)).select(
        "origin",
        "time_hour",
        ((pl.col("temp") - 32) * 0.5555).alias("celsius"),
        pl.col("wind_dir").cast(pl.Int16),
        pl.col("origin").str.contains("^[EJ]").alias("is_east"),
        pl.col("precip").cast(pl.Float64),
        vowels(pl.col("origin")),
        pl.col("temp").cast(pl.Float64).clip(32, 80).alias("mild"),
    )


TRANSFORMS = {"flights": flights, "glosses": glosses, "weather": weather}


def narrow(table):
    """Texts as Parquet has them: Polars has others in memory."""
    texts = (pa.types.is_large_string, pa.types.is_string_view)
    fields = [
        pa.field(field.name, pa.string() if any(is_text(field.type) for is_text in texts) else field.type)
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))


def compare(folder, name, schema, form):
    inputs = sorted(map(str, (folder / form).iterdir()))
    outputs = sorted(map(str, (folder / f"{form}-out").iterdir()))
    written = pa.concat_tables([pq.read_table(path) for path in outputs]).replace_schema_metadata()
    made = narrow(TRANSFORMS[name](pl.from_arrow(by_polars(inputs, form, schema))).to_arrow())
    found = {}
    if made.schema != written.schema:
        found["types"] = f"{written.schema}, not {made.schema}"
    else:
        found["Polars"] = difference(written, made)
    return {"rows": written.num_rows, "files": len(outputs), "differences": {k: v for k, v in found.items() if v}}


def main(folder):
    for table in json.loads((folder / "tables.json").read_text()):
        name = table["name"]
        for form in table["forms"]:
            result = compare(folder / name, name, table["schema"], form)
            print(json.dumps({"name": name, "form": form, **result}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
