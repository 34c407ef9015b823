#!/usr/bin/env python3
"""DuckDB, through the C interface of libduckdb.so: no header is needed, five functions are called."""

import ctypes
import json
import os
import time

import measure
import sql
import workspace as ws


class DuckDB:
    def __init__(self, library, threads):
        self.c = ctypes.CDLL(library)
        self.c.duckdb_library_version.restype = ctypes.c_char_p
        self.c.duckdb_result_error.restype = ctypes.c_char_p
        self.c.duckdb_value_varchar.restype = ctypes.c_void_p
        self.c.duckdb_row_count.restype = ctypes.c_uint64
        self.c.duckdb_column_count.restype = ctypes.c_uint64
        database, self.connection = ctypes.c_void_p(), ctypes.c_void_p()
        if (self.c.duckdb_open(None, ctypes.byref(database))
                or self.c.duckdb_connect(database, ctypes.byref(self.connection))):
            ws.die("DuckDB does not open a database in memory")
        self.run(f"SET threads = {threads}")
        self.run("SET max_expression_depth = 10000")

    def version(self):
        return self.c.duckdb_library_version().decode()

    def run(self, statement):
        """The rows of the result, as texts."""
        result = (ctypes.c_uint64 * 16)()  # a duckdb_result has six words
        place = ctypes.byref(result)
        if self.c.duckdb_query(self.connection, statement.encode(), place):
            message = self.c.duckdb_result_error(place) or b"no message"
            ws.die(f"DuckDB: {message.decode()[:2000]}")
        rows, columns = self.c.duckdb_row_count(place), self.c.duckdb_column_count(place)
        table = [[self.text(place, c, r) for c in range(columns)] for r in range(rows)]
        self.c.duckdb_destroy_result(place)
        return table

    def text(self, place, column, row):
        value = self.c.duckdb_value_varchar(place, ctypes.c_uint64(column), ctypes.c_uint64(row))
        if value is None:
            return None
        result = ctypes.string_at(value).decode()
        self.c.duckdb_free(ctypes.c_void_p(value))
        return result


def load(db, space, rows):
    """The table of customers, from the file; sets go through a dictionary of the cells that there are."""
    limit = f" LIMIT {rows}" if rows else ""
    source = (f"(SELECT * FROM read_csv('{space.customers}', header = true, all_varchar = true, "
              f"quote = '', escape = '', delim = ','){limit})")
    columns = list(sql.demand_columns(space))
    texts = [(name, rule) for name, _, rule in columns if name and rule not in ws.NUMERIC]
    distinct = {}
    if texts:
        listed = ", ".join(f"to_json(list(DISTINCT coalesce({name}, '')))" for name, _ in texts)
        for (name, rule), cells in zip(texts, db.run(f"SELECT {listed} FROM {source}")[0]):
            distinct[name] = rule, json.loads(cells)
    selected, joins, stated = [], [], []
    needs = len(space.attributes)
    for i, (name, column, rule) in enumerate(columns):
        if name is None:
            selected.append(f"{sql.neutral(rule)} AS {column}")
            continue
        if i < needs:
            stated.append(f"coalesce(trim({name}), '') = '?'")
        if rule in ws.NUMERIC:
            selected.append(f"{sql.number_of(name, rule)} AS {column}")
        else:
            db.run(f"CREATE TABLE d_{column} AS SELECT * FROM "
                   f"(VALUES {sql.set_values(space, rule, distinct[name][1])}) AS d(cell, mask)")
            joins.append(f"JOIN d_{column} ON coalesce({name}, '') = d_{column}.cell")
            selected.append(f"d_{column}.mask AS {column}")
    db.run(f"CREATE TABLE customers AS SELECT substr(customer_id, 2)::bigint - 1 AS row, "
           f"({' OR '.join(stated) or 'false'}) AS open, {', '.join(selected)} FROM {source} AS t {' '.join(joins)}")
    values = ", ".join(f"v{i + 1}" for i in range(needs))
    db.run(f"CREATE TABLE offerings AS SELECT * FROM (VALUES {sql.offerings_rows(space)}) "
           f"AS o(place, own, {values})")


def load_masks(db, form):
    db.run(f"CREATE TABLE masked AS SELECT row, open, {', '.join(form.columns())} FROM customers")
    names = ", ".join(f"k{k + 1}" for k in range(len(form.words)))
    db.run(f"CREATE TABLE masks AS SELECT * FROM (VALUES {form.offerings_rows()}) AS o(place, own, {names})")


def main():
    arguments = measure.options(__doc__).parse_args()
    space = ws.Workspace(arguments.workspace)
    db = DuckDB(os.environ.get("PEERS_DUCKDB", "libduckdb.so"), arguments.threads)
    begin = time.perf_counter()
    load(db, space, arguments.rows)
    loaded = time.perf_counter() - begin
    rows = int(db.run("SELECT count(*) FROM customers")[0][0])
    if arguments.broken:
        db.run(sql.broken(space))
    predicates = sql.Predicates(space)
    masks = sql.Masks(space, lambda bits: f"bit_count({bits})")
    begin = time.perf_counter()
    load_masks(db, masks)
    masked = loaded + time.perf_counter() - begin
    kind = sql.key_type(space, "smallint")
    for form, seconds in ((predicates, loaded), (masks, masked)):
        ways = {"fit": [("unrolled", form.fit_unrolled()), ("semi-join", form.fit_join())],
                "best": [("unrolled", form.best_unrolled(kind)), ("join", form.best_join())]}
        for job in arguments.jobs.split(","):
            name, measured = measure.fastest(db.run, ways[job], lambda t, j=job: measure.sql_answer(j, t),
                                             arguments.seconds)
            measure.report("DuckDB", f"{form.name}, {name}", job, rows, seconds, measured,
                           threads=arguments.threads, version=f"DuckDB {db.version()}")


if __name__ == "__main__":
    main()
