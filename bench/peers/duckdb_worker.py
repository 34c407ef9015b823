#!/usr/bin/env python3
"""DuckDB as a process of its own: a statement a line on standard input (JSON), a line of JSON with its rows and times.

Its memory must not count as that of the programs which the benchmark starts.
"""

import json
import os
import sys
import time

import peer_duckdb


def main():
    db = peer_duckdb.DuckDB(os.environ["PEERS_DUCKDB"], int(sys.argv[1]))
    print(json.dumps(db.version()), flush=True)
    for line in sys.stdin:
        begin, cpu = time.perf_counter(), time.process_time()
        rows = db.run(json.loads(line))
        print(json.dumps({"rows": rows, "wall": time.perf_counter() - begin, "cpu": time.process_time() - cpu}),
              flush=True)


if __name__ == "__main__":
    main()
