"""Writes sparse matrices and frames as CSR bundles for sparse-fanout, to S3 or a folder."""

from .sparse_to_s3 import BundleError, write_bundle

__all__ = ["BundleError", "write_bundle"]
