"""Reads the labels of outputs by the libraries of others, and compares them with their .npy."""

import json
import pathlib
import struct
import sys

import numpy as np
from read_outputs import record_class
from sklearn.datasets import load_svmlight_file


def labels_of_records(path, record_type):
    data = pathlib.Path(path).read_bytes()
    labels, at = [], 0
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at + 4)
        record = record_type()
        record.ParseFromString(data[at + 8 : at + 8 + length])
        (label,) = record.label["values"].float64_tensor.values
        labels.append(label)
        at += 8 + (length + 3) // 4 * 4
    return np.array(labels)


def read(case, record_type):
    if case["kind"] == "svmlight":
        return load_svmlight_file(case["file"], n_features=9, zero_based=True)[1]
    if case["kind"] == "csv":
        return np.genfromtxt(case["file"], delimiter=",")[:, 0]
    return labels_of_records(case["file"], record_type)


def main():
    cases = json.loads(pathlib.Path(sys.argv[1]).read_text())
    record_type = record_class()
    wrong = 0
    for case in cases:
        expected = np.load(case["labels"]).astype(np.float64)
        if not np.array_equal(read(case, record_type), expected, equal_nan=True):
            wrong += 1
            print(f"labels of {pathlib.Path(case['labels']).name} as {case['kind']} differ")
    print(f"{len(cases) - wrong} of {len(cases)} outputs are read with the labels of their object")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
