"""`python -m sparse_to_s3`, without AWS."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import scipy.sparse as sp
import sparse_to_s3
from sparse_to_s3 import main

from support import assert_nothing_left, counts, read_meta, read_names


def test_command_line_writes_a_bundle_with_names(tmp_path, capsys):
    sp.save_npz(tmp_path / "x.npz", counts(columns=3))
    (tmp_path / "names.txt").write_bytes("a\nb b\r\n\u2028\n".encode())
    (tmp_path / "names.json").write_text('["a", "b", "c"]')
    out = tmp_path / "out"
    assert main([str(tmp_path / "x.npz"), str(out), "--columns", str(tmp_path / "names.txt")]) == 0
    assert read_names(out) == ["a", "b b", "\u2028"]
    assert capsys.readouterr() == (f"{out}/\n", "")
    rows = tmp_path / "rows.json"
    rows.write_text(json.dumps([f"row {number}" for number in range(200)]))
    assert main([str(tmp_path / "x.npz"), f"{out}-named", "--index", str(rows)]) == 0
    assert read_names(tmp_path / "out-named", "rowNames")[199] == "row 199"
    assert capsys.readouterr().out == f"{out}-named/\n"
    again = [str(tmp_path / "x.npz"), str(out), "--columns", str(tmp_path / "names.json")]
    assert main(again) == 1
    assert re.fullmatch("sparse_to_s3: .* holds a bundle already: .*\n", capsys.readouterr().err)
    assert main([*again, "--overwrite", "--progress"]) == 0
    assert read_names(out) == ["a", "b", "c"]
    assert capsys.readouterr().err.splitlines()[-1].startswith("sparse_to_s3: 100 % of ")


@pytest.mark.parametrize("names", ["{}", "[1, 2, 3]", "[", '["a"]'])
def test_command_line_fails_in_one_sentence(tmp_path, capsys, names):
    sp.save_npz(tmp_path / "x.npz", counts(columns=3))
    (tmp_path / "names.json").write_text(names)
    assert main([str(tmp_path / "x.npz"), str(tmp_path / "out"), "--columns", str(tmp_path / "names.json")]) == 1
    assert re.fullmatch("sparse_to_s3: .+\n", capsys.readouterr().err)
    assert main([str(tmp_path / "missing.npz"), str(tmp_path / "out")]) == 1
    assert "missing.npz" in capsys.readouterr().err
    assert_nothing_left(tmp_path / "out")


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["x.npz", "out", "--wait"],
        ["x.npz", "out", "--request", "{}"],
        ["x.npz", "out", "--start", "arn"],
        ["x.npz", "s3://b/p/", "--start", "arn", "--request", "[]"],
        ["x.npz", "s3://b/p/", "--start", "arn", "--request", '{"source": 1}'],
        ["x.npz", "out", "--unknown"],
    ],
)
def test_command_line_exits_with_2_for_wrong_usage(options, capsys):
    with pytest.raises(SystemExit) as caught:
        main(options)
    assert caught.value.code == 2
    assert "usage: python -m sparse_to_s3" in capsys.readouterr().err


def test_runs_as_a_module(tmp_path):
    sp.save_npz(tmp_path / "x.npz", counts())
    command = [sys.executable, "-m", "sparse_to_s3", str(tmp_path / "x.npz"), str(tmp_path / "out")]
    ran = subprocess.run(command, cwd=Path(sparse_to_s3.__file__).parent, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert read_meta(tmp_path / "out")["nnz"] == counts().nnz
