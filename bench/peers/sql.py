"""The statements that DuckDB and PostgreSQL share.

Customers are a row of typed columns without NULLs: "no demand" is a value that every offering meets. n1..nA are the
needs and w1..wA the wants, numbers as double precision, sets and flags as masks in a bigint. So a rule is one
comparison or one AND, whatever the cell said. `row` counts from 0.
"""

import measure
import workspace as ws

DOUBLE = "double precision"
INFINITY = {"at_most": "'infinity'::double precision", "at_least": "'-infinity'::double precision"}
ALL = (1 << ws.ANY_BIT) - 1


def neutral(rule):
    """The demand that everybody meets."""
    return INFINITY.get(rule) or str(1 << ws.ANY_BIT if rule == "any_of" else 0)


def offer_literal(rule, value):
    """What is held against a demand: for covers and flags what the offering lacks, so that 0 means met."""
    if rule in ws.NUMERIC:
        return INFINITY[rule] if value is None else f"{value!r}::double precision"
    if rule == "any_of":
        return str(value | 1 << ws.ANY_BIT)
    return str(value if rule == "none_of" else ALL & ~value)


def missed(rule, offer, demand):
    if rule == "at_most":
        return f"{offer} > {demand}"
    if rule == "at_least":
        return f"{offer} < {demand}"
    return f"({offer} & {demand}) {'=' if rule == 'any_of' else '<>'} 0"


def column_type(rule):
    return DOUBLE if rule in ws.NUMERIC else "bigint"


def demand_columns(space):
    """(table's column or None, our column, rule), needs first."""
    count = len(space.attributes)
    for i, name in enumerate(space.columns):
        attribute = space.attributes[i % count]
        yield name, f"{'n' if i < count else 'w'}{i % count + 1}", attribute.rule


def number_of(cell, rule):
    """A number's cell as a demand."""
    return (f"CASE WHEN {cell} IS NULL OR lower(trim({cell})) IN ('', '?', '-', 'any') THEN {neutral(rule)} "
            f"ELSE CAST({cell} AS double precision) END")


def set_values(space, rule, texts):
    """The rows of a dictionary from the cells of a set or flag column to masks."""
    rows = []
    for text in texts:
        state, value = space.demand(rule, text)
        quoted = text.replace("'", "''")
        rows.append(f"('{quoted}', {value if state == ws.STATED else neutral(rule)}::bigint)")
    return ", ".join(rows)


def offerings_rows(space):
    """VALUES of the offerings: place, own, one column for each attribute."""
    rows = []
    for place, offering in enumerate(space.offerings):
        values = [offer_literal(a.rule, v) for a, v in zip(space.attributes, offering.values)]
        rows.append(f"({place}, {str(offering.own).lower()}, {', '.join(values)})")
    return ", ".join(rows)


def broken(space):
    """Forgets what some customers need, so that the answer is wrong."""
    needs = ", ".join(f"n{i + 1} = {neutral(a.rule)}" for i, a in enumerate(space.attributes))
    return f"UPDATE customers SET {needs} WHERE row < 64"


def key_type(space, small):
    return small if space.key_limit < 1 << 15 else "integer"


def fit_hash():
    inner = f"(row * {measure.ROW_FACTOR} % {measure.PRIME})"
    return f"count(*), coalesce(sum({inner} * {inner} % {measure.PRIME}), 0)"


def verdict_query(space, keys):
    """From (row, open, own_key, partner_key) to counts and checksums by verdict."""
    need, offerings = space.need_step, len(space.offerings)
    mixed = (f"(row * {measure.ROW_FACTOR} + own * {measure.OWN_FACTOR} + refer_to * {measure.REFER_FACTOR} "
             f"+ verdict * {measure.VERDICT_FACTOR}) % {measure.PRIME}")
    return f"""
SELECT verdict, count(*), sum(mixed * mixed % {measure.PRIME}) FROM (
  SELECT verdict, {mixed} AS mixed FROM (
    SELECT row, (own_key % {offerings} + 1)::bigint AS own,
      CASE WHEN own_key < {need} OR partner_key IS NULL OR partner_key >= {need} THEN 0
           ELSE partner_key % {offerings} + 1 END::bigint AS refer_to,
      CASE WHEN own_key < {need} THEN CASE WHEN open THEN 1 ELSE 0 END
           WHEN partner_key < {need} THEN 2 ELSE 3 END AS verdict
    FROM ({keys}) AS k) AS v) AS m
GROUP BY verdict ORDER BY verdict"""


def penalty(space, i, need, want, kind):
    """What one attribute adds to an offering's key. `need` and `want` are conditions: unmet."""
    weight = space.attributes[i].weight
    return (f"CASE WHEN {need} THEN {weight * space.need_step} ELSE 0 END::{kind} + "
            f"CASE WHEN {want} THEN {weight * space.want_step} ELSE 0 END::{kind}")


class Predicates:
    """The rule as predicates on the demands themselves."""

    name = "predicates"

    def __init__(self, space):
        self.space = space

    def unfit(self, offers, prefix=""):
        """Conditions, each of which rules the offering out."""
        return [missed(a.rule, offers[i], f"{prefix}n{i + 1}") for i, a in enumerate(self.space.attributes)]

    def joined_offers(self):
        return [f"o.v{i + 1}" for i in range(len(self.space.attributes))]

    def literal_offers(self, offering):
        return [offer_literal(a.rule, v) for a, v in zip(self.space.attributes, offering.values)]

    def fit_join(self):
        rule = " AND ".join(f"NOT ({c})" for c in self.unfit(self.joined_offers(), "c."))
        return (f"SELECT {fit_hash()} FROM customers c "
                f"WHERE EXISTS (SELECT 1 FROM offerings o WHERE o.own AND {rule})")

    def fit_unrolled(self):
        own = [o for o in self.space.offerings if o.own]
        each = (" AND ".join(f"NOT ({c})" for c in self.unfit(self.literal_offers(o))) for o in own)
        return f"SELECT {fit_hash()} FROM customers WHERE ({') OR ('.join(each)})"

    def key_joined(self, kind):
        offers = self.joined_offers()
        parts = [penalty(self.space, i, missed(a.rule, offers[i], f"c.n{i + 1}"),
                         missed(a.rule, offers[i], f"c.w{i + 1}"), kind)
                 for i, a in enumerate(self.space.attributes)]
        return " + ".join(parts) + " + o.place"

    def best_lateral(self):
        """A subquery for each customer; the partners' only where no own offering fits."""
        key = self.key_joined("integer")
        return verdict_query(self.space, f"""
SELECT row, open, own_key, CASE WHEN own_key >= {self.space.need_step} THEN
    (SELECT min({key}) FROM offerings o WHERE NOT o.own) END AS partner_key
FROM (SELECT c.*, (SELECT min({key}) FROM offerings o WHERE o.own) AS own_key FROM customers c OFFSET 0) AS c""")

    def best_join(self):
        """The cross product, grouped by customer."""
        return verdict_query(self.space, f"""
SELECT row, bool_or(open) AS open, min(key) FILTER (WHERE own) AS own_key,
       min(key) FILTER (WHERE NOT own) AS partner_key
FROM (SELECT c.row, c.open, o.own, {self.key_joined('integer')} AS key FROM customers c CROSS JOIN offerings o) AS p
GROUP BY row""")

    def best_unrolled(self, kind, fence=""):
        """A column for each attribute's pattern, then the least of sums: what offerings share is worked out once."""
        space = self.space
        columns, sums = [], {True: [], False: []}
        for i, a in enumerate(space.attributes):
            for p, value in enumerate(space.patterns(i)[0]):
                offer = offer_literal(a.rule, value)
                columns.append(penalty(space, i, missed(a.rule, offer, f"n{i + 1}"),
                                       missed(a.rule, offer, f"w{i + 1}"), kind) + f" AS p{i + 1}_{p}")
        places = [space.patterns(i)[1] for i in range(len(space.attributes))]
        for o, offering in enumerate(space.offerings):
            terms = " + ".join(f"p{i + 1}_{places[i][o]}" for i in range(len(places)))
            sums[offering.own].append(f"{terms} + {o}::{kind}")
        partner = f"least({', '.join(sums[False])})" if sums[False] else "NULL"
        return verdict_query(space, f"SELECT row, open, least({', '.join(sums[True])}) AS own_key, "
                                    f"{partner} AS partner_key FROM "
                                    f"(SELECT row, open, {', '.join(columns)} FROM customers {fence}) AS p {fence}")


class Masks:
    """Bit masks: a customer has a bit for each pattern that misses it, an offering the bits of its patterns.

    Bits of equal weight share words, so that sums are population counts times weights.
    """

    name = "bit masks"

    def __init__(self, space, count):
        self.space = space
        self.count = count  # the number of bits set in an expression, as the database writes it
        self.words = []  # (weight, [(attribute, pattern)])
        for weight in sorted({a.weight for a in space.attributes}):
            bits = [(i, p) for i, a in enumerate(space.attributes) if a.weight == weight
                    for p in range(len(space.patterns(i)[0]))]
            self.words += [(weight, bits[k:k + 63]) for k in range(0, len(bits), 63)]
        self.places = [space.patterns(i)[1] for i in range(len(space.attributes))]

    def columns(self):
        """Expressions of the masks' columns over the customers' demands: needs m1.., wants x1.."""
        result = []
        for kind, letter in (("n", "m"), ("w", "x")):
            for k, (_, bits) in enumerate(self.words):
                parts = []
                for b, (i, p) in enumerate(bits):
                    rule = self.space.attributes[i].rule
                    offer = offer_literal(rule, self.space.patterns(i)[0][p])
                    parts.append(f"CASE WHEN {missed(rule, offer, f'{kind}{i + 1}')} THEN {1 << b}::bigint "
                                 "ELSE 0::bigint END")
                result.append(f"{' + '.join(parts)} AS {letter}{k + 1}")
        return result

    def offering_masks(self, place):
        return [sum(1 << b for b, (i, p) in enumerate(bits) if self.places[i][place] == p)
                for _, bits in self.words]

    def offerings_rows(self):
        return ", ".join(f"({o}, {str(offering.own).lower()}, {', '.join(map(str, self.offering_masks(o)))})"
                         for o, offering in enumerate(self.space.offerings))

    def unfit(self, masks, prefix=""):
        return [f"({prefix}m{k + 1} & {mask}) <> 0" for k, mask in enumerate(masks) if mask != 0]

    def joined_masks(self):
        return [f"o.k{k + 1}" for k in range(len(self.words))]

    def fit_join(self):
        rule = " AND ".join(f"NOT ({c})" for c in self.unfit(self.joined_masks(), "c."))
        return (f"SELECT {fit_hash()} FROM masked c "
                f"WHERE EXISTS (SELECT 1 FROM masks o WHERE o.own AND {rule})")

    def fit_unrolled(self):
        each = (" AND ".join(f"NOT ({c})" for c in self.unfit(self.offering_masks(o)))
                for o, offering in enumerate(self.space.offerings) if offering.own)
        return f"SELECT {fit_hash()} FROM masked WHERE ({') OR ('.join(each)})"

    def key(self, masks, place, kind, prefix=""):
        parts = []
        for letter, step in (("m", self.space.need_step), ("x", self.space.want_step)):
            for k, (weight, _) in enumerate(self.words):
                if masks[k] != 0:
                    bits = self.count(f"{prefix}{letter}{k + 1} & {masks[k]}")
                    parts.append(f"{bits}::{kind} * {weight * step}::{kind}")
        return " + ".join(parts) + f" + {place}"

    def best_lateral(self):
        key = self.key(self.joined_masks(), "o.place", "integer", "c.")
        return verdict_query(self.space, f"""
SELECT row, open, own_key, CASE WHEN own_key >= {self.space.need_step} THEN
    (SELECT min({key}) FROM masks o WHERE NOT o.own) END AS partner_key
FROM (SELECT c.*, (SELECT min({key}) FROM masks o WHERE o.own) AS own_key FROM masked c OFFSET 0) AS c""")

    def best_join(self):
        key = self.key(self.joined_masks(), "o.place", "integer", "c.")
        return verdict_query(self.space, f"""
SELECT row, bool_or(open) AS open, min(key) FILTER (WHERE own) AS own_key,
       min(key) FILTER (WHERE NOT own) AS partner_key
FROM (SELECT c.row, c.open, o.own, {key} AS key FROM masked c CROSS JOIN masks o) AS p
GROUP BY row""")

    def best_unrolled(self, kind, fence=""):
        keys = {True: [], False: []}
        for o, offering in enumerate(self.space.offerings):
            keys[offering.own].append(self.key(self.offering_masks(o), f"{o}::{kind}", kind))
        partner = f"least({', '.join(keys[False])})" if keys[False] else "NULL"
        return verdict_query(self.space, f"SELECT row, open, least({', '.join(keys[True])}) AS own_key, "
                                         f"{partner} AS partner_key FROM masked {fence}")
