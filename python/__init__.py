"""Writes matrices and frames for sparse-fanout, runs it over them, and reads what it made of them."""

from __future__ import annotations

from typing import Any

from .fan_out import Manifest, run
from .read_run import Chunk, RunError, read_run
from .sparse_to_s3 import BundleError, write_bundle

__version__ = "0.1.0"

__all__ = [
    "BundleError",
    "Chunk",
    "Manifest",
    "RunError",
    "TableError",
    "read_run",
    "run",
    "write_bundle",
    "write_table",
]


def __getattr__(name: str) -> Any:
    # Only tables need PyArrow.
    if name in ("TableError", "write_table"):
        from . import table_to_s3

        return getattr(table_to_s3, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
