"""What a peer is asked: `<format> <schema as JSON> <out folder> <file>...` on its command line."""

import json
import re
import sys
from pathlib import Path

FORMAT, _schema, _out, *FILES = sys.argv[1:]
# Name of each column and its type, in lower case as SQL writes it.
SCHEMA = json.loads(_schema)
OUT = Path(_out)
OUT.mkdir(parents=True, exist_ok=True)

# As many rows in a row group as ours.
GROUP_ROWS = 122_880


def decimal_of(type_name):
    """Digits, and those behind the point; None if it is no decimal."""
    found = re.fullmatch(r"decimal\((\d+),(\d+)\)", type_name)
    return found and (int(found[1]), int(found[2]))
