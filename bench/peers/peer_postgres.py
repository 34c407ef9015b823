#!/usr/bin/env python3
"""PostgreSQL: a private cluster in a temporary folder, on a socket there, run by somebody who is not root."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time

import measure
import sql
import workspace as ws

SETTINGS = """
listen_addresses = ''
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = '8GB'
autovacuum = off
shared_buffers = '2GB'
work_mem = '512MB'
maintenance_work_mem = '512MB'
dynamic_shared_memory_type = mmap
min_parallel_table_scan_size = '1MB'
parallel_setup_cost = 0
parallel_tuple_cost = 0
logging_collector = off
log_min_messages = fatal
"""


def programs():
    """The folder of the newest PostgreSQL."""
    base = "/usr/lib/postgresql"
    versions = sorted((v for v in os.listdir(base) if os.path.exists(f"{base}/{v}/bin/initdb")), key=int) \
        if os.path.isdir(base) else []
    if versions:
        return f"{base}/{versions[-1]}/bin"
    found = shutil.which("initdb")
    return os.path.dirname(found) if found else ws.die("PostgreSQL's initdb is not here (package postgresql)")


class Cluster:
    """Started on entering, stopped and removed on leaving."""

    def __init__(self, threads):
        self.bin = programs()
        self.threads = threads
        self.folder = tempfile.mkdtemp(prefix="peers-postgres-")
        self.data = os.path.join(self.folder, "data")
        self.prefix = []
        if os.geteuid() == 0:
            # The server refuses to run as root.
            user = "postgres" if any(p.pw_name == "postgres" for p in pwd.getpwall()) else "nobody"
            shutil.chown(self.folder, user)
            self.prefix = ["setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups"]

    def call(self, *command, **more):
        done = subprocess.run([*self.prefix, *command], cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False, **more)
        if done.returncode:
            ws.die(f"{os.path.basename(command[0])}: {done.stdout[-2000:]}")

    def __enter__(self):
        self.call(f"{self.bin}/initdb", "-D", self.data, "-U", "peers", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        workers = self.threads - 1  # the leader works as well
        with open(os.path.join(self.data, "postgresql.conf"), "a", encoding="utf-8") as file:
            file.write(SETTINGS + f"unix_socket_directories = '{self.folder}'\n"
                       f"max_parallel_workers_per_gather = {workers}\nmax_parallel_workers = {workers}\n"
                       f"max_worker_processes = {workers + 2}\n")
        # Not through a pipe: the server would keep it open.
        with open(os.devnull, "w", encoding="utf-8") as nothing:
            done = subprocess.run([*self.prefix, f"{self.bin}/pg_ctl", "-D", self.data, "-w", "-l",
                                   os.path.join(self.folder, "log"), "start"], cwd=self.folder, stdout=nothing,
                                  stderr=nothing, check=False)
        if done.returncode:
            with open(os.path.join(self.folder, "log"), encoding="utf-8") as file:
                ws.die(f"PostgreSQL does not start: {file.read()[-2000:]}")
        self.session = subprocess.Popen(
            [f"{self.bin}/psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h", self.folder,
             "-U", "peers", "-d", "postgres"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        self.session.stdin.close()
        self.session.wait()
        subprocess.run([*self.prefix, f"{self.bin}/pg_ctl", "-D", self.data, "-m", "immediate", "stop"],
                       cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, statement):
        """The rows of the result. One session, so that settings and temporary things stay."""
        self.session.stdin.write(statement + ";\n\\echo peers-end\n")
        self.session.stdin.flush()
        rows = []
        for line in self.session.stdout:
            if line == "peers-end\n":
                return rows
            rows.append(line.rstrip("\n").split("\t"))
        return ws.die("PostgreSQL ended the session; its message stands above")

    def copy(self, path, rows):
        """The first rows of the file, through the session's own input: the server may not be able to read it."""
        self.session.stdin.write("COPY raw FROM STDIN (FORMAT csv);\n")
        with open(path, encoding="utf-8") as file:
            file.readline()
            for number, line in enumerate(file):
                if rows and number == rows:
                    break
                self.session.stdin.write(line)
        self.session.stdin.write("\\.\n")
        self.run("ANALYZE raw")


def load(db, space, rows):
    columns = list(sql.demand_columns(space))
    names = ", ".join(f'"{name}" text' for name in space.header)
    db.run(f"CREATE UNLOGGED TABLE raw ({names})")
    db.copy(space.customers, rows)
    selected, joins, stated = [], [], []
    for i, (name, column, rule) in enumerate(columns):
        if name is None:
            selected.append(f"{sql.neutral(rule)}::{sql.column_type(rule)} AS {column}")
            continue
        if i < len(space.attributes):
            stated.append(f"coalesce(trim({name}), '') = '?'")
        if rule in ws.NUMERIC:
            selected.append(f"{sql.number_of(name, rule)} AS {column}")
        else:
            cells = [row[0] for row in db.run(f"SELECT DISTINCT coalesce({name}, '') FROM raw")]
            joins.append(f"JOIN (VALUES {sql.set_values(space, rule, cells)}) AS d_{column}(cell, mask) "
                         f"ON coalesce({name}, '') = d_{column}.cell")
            selected.append(f"d_{column}.mask AS {column}")
    db.run("SET join_collapse_limit = 1")
    db.run(f"CREATE UNLOGGED TABLE customers AS SELECT substr(customer_id, 2)::bigint - 1 AS row, "
           f"({' OR '.join(stated) or 'false'}) AS open, {', '.join(selected)} FROM raw {' '.join(joins)}")
    db.run("DROP TABLE raw")
    values = ", ".join(f"v{i + 1}" for i in range(len(space.attributes)))
    db.run(f"CREATE UNLOGGED TABLE offerings AS SELECT * FROM (VALUES {sql.offerings_rows(space)}) "
           f"AS o(place, own, {values})")
    db.run("VACUUM ANALYZE customers")
    db.run("VACUUM ANALYZE offerings")


def load_masks(db, form):
    db.run(f"CREATE UNLOGGED TABLE masked AS SELECT row, open, {', '.join(form.columns())} FROM customers")
    names = ", ".join(f"k{k + 1}" for k in range(len(form.words)))
    db.run(f"CREATE UNLOGGED TABLE masks AS SELECT * FROM (VALUES {form.offerings_rows()}) "
           f"AS o(place, own, {names})")
    db.run("VACUUM ANALYZE masked")
    db.run("VACUUM ANALYZE masks")


def shapes(form, kind):
    """The ways to put a question; each with and without compiling expressions."""
    ways = {"fit": [("unrolled", form.fit_unrolled()), ("semi-join", form.fit_join())],
            # OFFSET 0 keeps the planner from pasting each column's expression into every sum that uses it
            "best": [("unrolled", form.best_unrolled(kind, "OFFSET 0")), ("lateral", form.best_lateral())]}
    return {job: [(f"{name}, jit {jit}", statement, f"SET jit = {jit}") for name, statement in each
                  for jit in ("on", "off")] for job, each in ways.items()}


def main():
    arguments = measure.options(__doc__).parse_args()
    space = ws.Workspace(arguments.workspace)
    with Cluster(arguments.threads) as db:
        begin = time.perf_counter()
        load(db, space, arguments.rows)
        loaded = time.perf_counter() - begin
        rows = int(db.run("SELECT count(*) FROM customers")[0][0])
        version = db.run("SHOW server_version")[0][0]
        if arguments.broken:
            db.run(sql.broken(space))
        predicates = sql.Predicates(space)
        masks = sql.Masks(space, lambda bits: f"bit_count(({bits})::bit(64))")
        begin = time.perf_counter()
        load_masks(db, masks)
        masked = loaded + time.perf_counter() - begin
        for form, seconds in ((predicates, loaded), (masks, masked)):
            ways = shapes(form, sql.key_type(space, "integer"))
            for job in arguments.jobs.split(","):
                name, measured = measure.fastest(db.run, ways[job], lambda t, j=job: measure.sql_answer(j, t),
                                                 arguments.seconds)
                measure.report("PostgreSQL", f"{form.name}, {name}", job, rows, seconds, measured,
                               threads=arguments.threads, version=f"PostgreSQL {version.split()[0]}")


if __name__ == "__main__":
    sys.exit(main())
