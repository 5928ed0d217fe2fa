"""The way of the article: per key a SELECT into pandas, a CSV, and a COPY, in 8 processes.

Arguments: the URL of the database, the table that is read, and the one that is filled. Prints the
seconds that it took, as JSON.
"""

import io
import json
import multiprocessing
import sys
import time

import pandas as pd
import psycopg2
import sqlalchemy

PROCESSES = 8

URL, SOURCE, TARGET = sys.argv[1:]
COLUMNS = ["zip", "id", "day", "total_cents", "word"]

state = {}


def connect():
    engine = sqlalchemy.create_engine(URL.replace("postgres://", "postgresql+psycopg2://"))
    state["connection"] = engine.connect()
    state["raw"] = psycopg2.connect(URL)


def transform(frame):
    frame = frame[frame["fare_cents"] > 100].copy()
    frame["day"] = frame["picked"].dt.date
    frame["total_cents"] = frame["fare_cents"] + frame["tip_cents"]
    frame["word"] = frame["word"].str.upper()
    return frame[COLUMNS]


def copy_key(key):
    query = sqlalchemy.text(f"SELECT * FROM {SOURCE} WHERE zip = :key")
    frame = transform(pd.read_sql(query, state["connection"], params={"key": key}))
    text = io.StringIO()
    frame.to_csv(text, index=False, header=False)
    text.seek(0)
    with state["raw"].cursor() as cursor:
        columns = ", ".join(COLUMNS)
        cursor.copy_expert(f"COPY {TARGET} ({columns}) FROM STDIN (FORMAT csv)", text)
    state["raw"].commit()
    return len(frame)


def main():
    began = time.perf_counter()
    with psycopg2.connect(URL) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT zip FROM {SOURCE} ORDER BY zip")
        keys = [key for (key,) in cursor.fetchall()]
    with multiprocessing.Pool(PROCESSES, connect) as pool:
        rows = sum(pool.imap_unordered(copy_key, keys, chunksize=16))
    print(json.dumps({"rows": rows, "keys": len(keys), "seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main()
