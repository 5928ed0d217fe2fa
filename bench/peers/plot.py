"""Draws the newest results of `npm run bench:peers` as docs/benchmark.svg: the same bytes from the same results."""

import json
import statistics
from pathlib import Path

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "sparse-fanout"
matplotlib.rcParams["svg.fonttype"] = "none"

import matplotlib.pyplot as plt

ROOT = Path(__file__).resolve().parents[2]
MATRIX = "counts 10k"
OURS, PEER = "#0b6e4f", "#9aa5b1"

newest = max((ROOT / "bench/results").glob("peers-*.json"))
report = json.loads(newest.read_text())
rates = {
    result["peer"]: result["textBytes"] / statistics.median(result["seconds"]) / 1e6
    for result in report["results"]
    if result["matrix"] == MATRIX and "rows" in result and "/dev/null" not in result["peer"]
}
names = sorted(rates, key=rates.get)
figure, axes = plt.subplots(figsize=(8, 0.4 * len(names) + 1.2), layout="constrained")
colors = [OURS if name.startswith("sparse-fanout") else PEER for name in names]
bars = axes.barh(names, [rates[name] for name in names], color=colors)
labels = [f"{rates[name]:,.0f}" if rates[name] >= 10 else f"{rates[name]:.2g}" for name in names]
axes.bar_label(bars, labels, padding=3)
axes.set_xscale("log")
axes.set_xlim(right=10 * max(rates.values()))
axes.set_xlabel("MB of CSV text a second, one process, logarithmic")
axes.set_title(f"50,000 × 10,000 counts, 60 entries a row, {report['machine']['date'][:10]}", fontsize=10)
axes.spines[["top", "right"]].set_visible(False)
figure.savefig(ROOT / "docs/benchmark.svg", metadata={"Date": None, "Creator": None})
