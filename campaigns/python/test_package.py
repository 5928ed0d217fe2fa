"""The folder as a package that pip installs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import scipy.sparse as sp
import sparse_to_s3


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """What pip makes of the package; a build leaves files beside the sources, so those are copied."""
    folder = tmp_path_factory.mktemp("package")
    shutil.copytree(Path(sparse_to_s3.__file__).parent, folder / "python")
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", folder / "site", folder / "python"]
    subprocess.run([sys.executable, *install], check=True)
    return folder / "site"


def test_the_package_has_what_the_file_has(site):
    code = "import sparse_fanout, pathlib; print(sparse_fanout.__all__, pathlib.Path(sparse_fanout.__file__).parent)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=site, capture_output=True, text=True)
    names = ["BundleError", "Chunk", "Manifest", "RunError", "TableError", "read_run", "run"]
    names += ["write_bundle", "write_table"]
    assert ran.stdout == f"{names} {site / 'sparse_fanout'}\n"
    assert sorted(path.name for path in (site / "sparse_fanout").iterdir() if path.is_file()) == [
        "__init__.py",
        "fan_out.py",
        "py.typed",
        "read_run.py",
        "sparse_to_s3.py",
        "table_to_s3.py",
    ]


def test_the_command_of_the_package_writes_a_bundle(site, tmp_path):
    sp.save_npz(tmp_path / "x.npz", sp.eye(3, format="csr"))
    command = [sys.executable, site / "bin/sparse-fanout-upload"]
    options = {"env": {**os.environ, "PYTHONPATH": str(site)}, "capture_output": True, "text": True}
    ran = subprocess.run([*command, tmp_path / "x.npz", tmp_path / "out"], **options)
    assert (ran.stdout, ran.stderr) == (f"{tmp_path / 'out'}/\n", "")
    assert (tmp_path / "out/meta.json").exists()
    wrong = subprocess.run(command, **options)
    assert wrong.stderr.startswith("usage: sparse-fanout-upload ")


def test_a_wheel_is_built_of_python_alone(site, tmp_path):
    build = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, site.parent / "python"]
    subprocess.run([sys.executable, *build], check=True)
    assert [path.name for path in tmp_path.iterdir()] == ["sparse_fanout-0.1.0-py3-none-any.whl"]
