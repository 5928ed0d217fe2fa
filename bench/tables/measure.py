"""Runs a program and prints what it and all that it started used: seconds, CPU seconds, peak RSS."""

import ctypes
import json
import os
import resource
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36


def wait_for_orphans():
    """Whose parent has ended is ours: the virtual machine of Spark outlives its Python."""
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
started = time.perf_counter()
code = subprocess.call(sys.argv[1:], stdout=sys.stderr)
wait_for_orphans()
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(
    json.dumps(
        {
            "seconds": time.perf_counter() - started,
            "cpuSeconds": usage.ru_utime + usage.ru_stime,
            # Of the process that had the most.
            "peakRssBytes": usage.ru_maxrss * 1024,
        }
    )
)
sys.exit(code)
