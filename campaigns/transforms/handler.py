"""Functions for transform.lambda, as somebody who has pandas code would write them."""

import io

import pandas as pd


def clean_flights(frame):
    """Leaves out what never took off, and makes a map of the rest."""
    frame = frame[frame["dep_time"].notna()]
    return pd.DataFrame(
        {
            "route": frame["origin"].str.lower() + "-" + frame["dest"].str.lower(),
            "tail": frame["tailnum"].str.replace(r"^N", "", regex=True),
            # Floats, as there are flights that never arrived.
            "gained": frame["dep_delay"] - frame["arr_delay"],
            "hours": (frame["air_time"] / 60).round(2),
            "scheduled": frame["time_hour"] + pd.to_timedelta(frame["minute"], unit="min"),
            "late": frame["arr_delay"] > 15,
        }
    )


def clean_weather(frame):
    """Makes of each row another one."""
    celsius = ((frame["temp"] - 32) * 5 / 9).round(1)
    return frame.assign(temp=celsius, origin=frame["origin"].str.title())


CLEAN = {"flights": clean_flights, "weather": clean_weather}


def address(uri):
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return {"Bucket": bucket, "Key": key}


def handler(event, s3, clean):
    """The contract: reads the rows at one URI, writes rows to another."""
    body = s3.get_object(**address(event["input"]))["Body"].read()
    frame = clean(pd.read_parquet(io.BytesIO(body)))
    made = io.BytesIO()
    frame.to_parquet(made, index=False)
    s3.put_object(**address(event["output"]), Body=made.getvalue())
