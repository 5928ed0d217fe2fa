"""Writes matrices and frames for sparse-fanout, to S3 or a folder, and reads what it made of them."""

from __future__ import annotations

from typing import Any

from .read_run import Chunk, RunError, read_run
from .sparse_to_s3 import BundleError, write_bundle

__all__ = ["BundleError", "Chunk", "RunError", "TableError", "read_run", "run", "write_bundle", "write_table"]


def __getattr__(name: str) -> Any:
    # Only tables need PyArrow.
    if name in ("TableError", "run", "write_table"):
        from . import table_to_s3

        return getattr(table_to_s3, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
