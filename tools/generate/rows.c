#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

enum purpose { FOR_ROWS = 30, FOR_REPEATS, FOR_BUSINESS, FOR_EXTRAS };

/* Texts are copied in pieces of this many bytes whatever their length: most are shorter, none needs a loop.
 */
#define PIECE_BYTES 32u
#define POOL_ROWS 4096u
#define POOL_BYTES ((size_t)32 << 20)

typedef struct cell {
    uint32_t offset; /* in the texts; the text ends with its comma */
    uint32_t length_bytes;
} cell;

typedef struct column {
    const gen_slot *slots; /* drawn from */
    gen_slot *own_slots;   /* the same, where the column rather than the plan built them */
    uint32_t outcomes;
    const cell *cells;
    const char *texts;
} column;

typedef char choice[48];

typedef struct texts {
    char *bytes;
    size_t used_bytes, capacity_bytes;
    cell *cells;
    uint32_t count;
    uint32_t longest_bytes;
} texts;

struct gen_rows {
    const gen_plan *plan;
    uint32_t column_count, demand_begin, demand_end; /* demands: needs and wants, what a duplicate repeats */
    column *columns;
    uint32_t texts_count;
    texts *texts;
    size_t room_bytes;
    size_t demand_room_bytes;
};

static bool texts_add(texts *to, const char *text, bool quoted) {
    char with_quotes[GEN_TEXT_BYTES * 2 + 4];
    char *at = with_quotes;
    if (quoted)
        *at++ = '"';
    for (const char *from = text; *from; from++) {
        if (quoted && *from == '"')
            *at++ = '"';
        *at++ = *from;
    }
    if (quoted)
        *at++ = '"';
    *at++ = ',';
    uint32_t length = (uint32_t)(at - with_quotes);
    if (to->used_bytes + length + PIECE_BYTES > to->capacity_bytes) {
        size_t capacity = to->capacity_bytes * 2 + 4096;
        char *bytes = realloc(to->bytes, capacity);
        if (!bytes)
            return false;
        memset(bytes + to->capacity_bytes, 0,
               capacity - to->capacity_bytes); /* a piece may read beyond the last text */
        to->bytes = bytes;
        to->capacity_bytes = capacity;
    }
    memcpy(to->bytes + to->used_bytes, with_quotes, length);
    to->cells[to->count++] = (cell){(uint32_t)to->used_bytes, length};
    to->used_bytes += length;
    if (length > to->longest_bytes)
        to->longest_bytes = length;
    return true;
}

static bool attribute_texts(const gen_attribute *attribute, texts *to) {
    uint32_t levels = attribute->level_count;
    to->cells = malloc(gen_outcomes(attribute) * sizeof *to->cells);
    if (!to->cells)
        return false;
    for (uint32_t i = 0; i < levels * 2; i++) {
        char text[GEN_TEXT_BYTES];
        gen_value_text(attribute, attribute->levels[i % levels], text);
        if (!texts_add(to, text, i >= levels))
            return false;
    }
    return texts_add(to, "", false) && texts_add(to, "?", false);
}

/* A column of `count` equally likely texts, the given share of which is in quotes. A text that only quotes
 * can hold is always in quotes, or blank where nothing is to be quoted. */
static bool choice_column(gen_rows *rows, choice *choices, uint32_t count, uint64_t quoted) {
    texts *to = &rows->texts[rows->texts_count++];
    column *made = &rows->columns[rows->column_count++];
    uint64_t *shares = calloc(count * 2, sizeof *shares);
    to->cells = malloc(count * 2 * sizeof *to->cells);
    made->own_slots = malloc(count * 2 * sizeof *made->own_slots);
    bool ok = shares && to->cells && made->own_slots;
    for (uint32_t i = 0; ok && i < count; i++) {
        uint64_t share = GEN_DRAW_ONE / count;
        shares[i * 2 + 1] = share * quoted / GEN_SHARE_ALL;
        shares[i * 2] = share - shares[i * 2 + 1];
        bool special = strpbrk(choices[i], ",\"\n") != NULL;
        ok = texts_add(to, special && quoted == 0 ? "" : choices[i], special && quoted > 0) &&
             texts_add(to, choices[i], true);
    }
    if (ok) {
        shares[quoted == GEN_SHARE_ALL] += GEN_DRAW_ONE - GEN_DRAW_ONE / count * count;
        ok = gen_draw_build(shares, count * 2, made->own_slots);
    }
    free(shares);
    *made = (column){made->own_slots, made->own_slots, count * 2, to->cells, to->bytes};
    return ok;
}

static bool demand_columns(gen_rows *rows) {
    const gen_plan *plan = rows->plan;
    rows->demand_begin = rows->column_count;
    uint32_t needs = rows->column_count;
    rows->column_count += plan->attribute_count;
    bool wants = plan->options->wants > 0;
    for (uint32_t a = 0; a < plan->attribute_count; a++) {
        const gen_attribute *attribute = &plan->attributes[a];
        texts *to = &rows->texts[rows->texts_count++];
        if (!attribute_texts(attribute, to))
            return false;
        uint32_t outcomes = gen_outcomes(attribute);
        rows->columns[needs + a] = (column){attribute->needs, NULL, outcomes, to->cells, to->bytes};
        if (wants)
            rows->columns[rows->column_count++] =
                (column){attribute->wants, NULL, outcomes, to->cells, to->bytes};
    }
    rows->demand_end = rows->column_count;
    return true;
}

static bool name_column(gen_rows *rows) {
    static const char *const FIRST[] = {"Adler",  "Birk",  "Castel",  "Dorn",   "Eberle", "Falk",
                                        "Gruber", "Holm",  "Iversen", "Jansen", "Keller", "Lorenz",
                                        "Müller", "Nowak", "Olsen",   "Prieto"};
    static const char *const LAST[] = {"Bau",   "Logistik", "& Sons",  "Agrar",   "Foods",  "Retail",
                                       "Werke", "Inn",      "Systems", "Papier",  "Textil", "Optik",
                                       "Labs",  "Marine",   ", Ltd",   "\"Nord\""};
    choice names[256];
    for (unsigned i = 0; i < 256; i++)
        (void)snprintf(names[i], sizeof names[i], "%s%s%s", FIRST[i / 16], LAST[i % 16][0] == ',' ? "" : " ",
                       rows->plan->options->quoted == 0 && i % 16 >= 14 ? "AG" : LAST[i % 16]);
    return choice_column(rows, names, 256, rows->plan->options->quoted);
}

static bool business_columns(gen_rows *rows) {
    choice stages[] = {"attention",  "attention", "attention", "interest", "interest",
                       "conviction", "desire",    "action",    ""};
    choice owners[20];
    for (unsigned i = 0; i < 20; i++)
        (void)snprintf(owners[i], sizeof owners[i], "Owner %02u", i + 1);
    choice values[1024];
    gen_random random = gen_random_stream(rows->plan->options->seed, FOR_BUSINESS);
    for (unsigned i = 0; i < 1024; i++) {
        /* Many small deals, few big ones: uniform digits behind a uniform magnitude. */
        uint64_t value = 100 + gen_random_below(&random, 900);
        for (uint32_t zeros = gen_random_below(&random, 4); zeros > 0; zeros--)
            value *= 10;
        (void)snprintf(values[i], sizeof values[i], "%llu", (unsigned long long)value);
    }
    uint64_t quoted = rows->plan->options->quoted;
    return choice_column(rows, values, 1024, quoted) &&
           choice_column(rows, stages, sizeof stages / sizeof *stages, quoted) &&
           choice_column(rows, owners, 20, quoted);
}

static bool extra_column(gen_rows *rows, uint32_t index) {
    static const char *const NOTES[] = {
        "called back", "visited in spring", "asks for \"the usual\"", "north, then east",
        "two\nlines",  "sends own driver",  "see last year",          ""};
    choice choices[64];
    gen_random random = gen_random_stream(rows->plan->options->seed, (uint64_t)FOR_EXTRAS << 32 | index);
    for (unsigned i = 0; i < 64; i++) {
        uint32_t number = gen_random_below(&random, 1000000);
        if (index % 3 == 0)
            (void)snprintf(choices[i], sizeof choices[i], "%s", NOTES[number % 8]);
        else if (index % 3 == 1)
            (void)snprintf(choices[i], sizeof choices[i], "20%02u-%02u-%02u", number % 27,
                           number / 31 % 12 + 1, number / 400 % 28 + 1);
        else
            (void)snprintf(choices[i], sizeof choices[i], "%u.%02u", number / 100, number % 100);
    }
    return choice_column(rows, choices, 64, rows->plan->options->quoted);
}

gen_rows *gen_rows_new(const gen_plan *plan) {
    const gen_options *options = plan->options;
    gen_rows *rows = calloc(1, sizeof *rows);
    size_t most = (size_t)plan->attribute_count * 2 + options->extra_columns + 4;
    if (rows) {
        *rows = (gen_rows){.plan = plan,
                           .columns = calloc(most, sizeof *rows->columns),
                           .texts = calloc(most, sizeof *rows->texts)};
    }
    bool ok = rows && rows->columns && rows->texts;
    ok = ok && (!options->business || name_column(rows)) && demand_columns(rows) &&
         (!options->business || business_columns(rows));
    for (uint32_t i = 0; ok && i < options->extra_columns; i++)
        ok = extra_column(rows, i);
    if (!ok) {
        (void)fprintf(stderr, "error: out of memory\n");
        gen_rows_free(rows);
        return NULL;
    }
    uint32_t longest = 0;
    for (uint32_t i = 0; i < rows->texts_count; i++)
        if (rows->texts[i].longest_bytes > longest)
            longest = rows->texts[i].longest_bytes;
    rows->demand_room_bytes = (size_t)longest * (rows->demand_end - rows->demand_begin) + PIECE_BYTES;
    rows->room_bytes =
        (size_t)longest * rows->column_count + PIECE_BYTES * 2; /* the id, and the last piece's slack */
    return rows;
}

void gen_rows_free(gen_rows *rows) {
    if (!rows)
        return;
    for (uint32_t i = 0; rows->columns && i < rows->column_count; i++)
        free(rows->columns[i].own_slots);
    for (uint32_t i = 0; rows->texts && i < rows->texts_count; i++) {
        free(rows->texts[i].bytes);
        free(rows->texts[i].cells);
    }
    free(rows->columns);
    free(rows->texts);
    free(rows);
}

size_t gen_rows_room_bytes(const gen_rows *rows) {
    return rows->room_bytes;
}

static bool header_write(const gen_rows *rows, gen_sink *sink) {
    const gen_plan *plan = rows->plan;
    const gen_options *options = plan->options;
    bool ok = gen_sink_text(sink, "customer_id") && (!options->business || gen_sink_text(sink, ",name"));
    for (uint32_t a = 0; ok && a < plan->attribute_count; a++)
        ok = gen_sink_format(sink, ",%s", plan->attributes[a].name);
    for (uint32_t a = 0; ok && options->wants > 0 && a < plan->attribute_count; a++)
        ok = gen_sink_format(sink, ",want_%s", plan->attributes[a].name);
    ok = ok && (!options->business || gen_sink_text(sink, ",deal_value,stage,owner"));
    for (uint32_t i = 0; ok && i < options->extra_columns; i++)
        ok = gen_sink_format(sink, ",extra_%u", i + 1);
    return ok && gen_sink_text(sink, "\n");
}

static inline char *cell_put(char *at, const column *from, uint32_t random) {
    cell chosen = from->cells[gen_draw(from->slots, from->outcomes, random)];
    const char *text = from->texts + chosen.offset;
    memcpy(at, text, PIECE_BYTES);
    if (chosen.length_bytes > PIECE_BYTES)
        memcpy(at + PIECE_BYTES, text + PIECE_BYTES, chosen.length_bytes - PIECE_BYTES);
    return at + chosen.length_bytes;
}

/* One draw of 64 bits serves two cells. */
static char *cells_put(char *at, const column *columns, uint32_t count, gen_random *random) {
    for (uint32_t i = 0; i + 1 < count; i += 2) {
        uint64_t draw = gen_random_next(random);
        at = cell_put(at, &columns[i], (uint32_t)draw);
        at = cell_put(at, &columns[i + 1], (uint32_t)(draw >> 32));
    }
    if (count % 2)
        at = cell_put(at, &columns[count - 1], (uint32_t)(gen_random_next(random) >> 32));
    return at;
}

/* C1, C2, ...: adding one to the digits in place is cheaper than printing them. */
typedef struct counter {
    char digits[24];
    uint32_t first; /* of the digits that are in use */
} counter;

static char *id_put(char *at, counter *id) {
    uint32_t digit = sizeof id->digits - 1;
    while (digit >= id->first && id->digits[digit] == '9')
        id->digits[digit--] = '0';
    if (digit < id->first) {
        id->first = digit;
        id->digits[digit] = '0';
    }
    id->digits[digit]++;
    *at++ = 'C';
    memcpy(at, id->digits + id->first, sizeof id->digits - id->first);
    at += sizeof id->digits - id->first;
    *at++ = ',';
    return at;
}

/* Demands written lately, for rows that repeat one. A new row takes a random place, so that rows of every age
 * are repeated. */
typedef struct pool {
    uint32_t places, filled;
    size_t stride_bytes;
    char *bytes;
    uint32_t *lengths;
} pool;

static bool pool_init(pool *made, size_t stride_bytes) {
    size_t places = POOL_BYTES / stride_bytes;
    *made = (pool){.places = places < 1           ? 1
                             : places > POOL_ROWS ? POOL_ROWS
                                                  : (uint32_t)places,
                   .stride_bytes = stride_bytes};
    made->bytes = malloc(made->places * stride_bytes);
    made->lengths = malloc(made->places * sizeof *made->lengths);
    if (made->bytes && made->lengths)
        return true;
    free(made->bytes);
    free(made->lengths);
    (void)fprintf(stderr, "error: out of memory\n");
    return false;
}

static char *demands_put(const gen_rows *rows, char *at, gen_random *random, gen_random *repeats,
                         pool *recent) {
    uint64_t draw = gen_random_next(repeats);
    uint32_t place = (uint32_t)(((draw & UINT32_MAX) * (recent->filled ? recent->filled : 1)) >> 32);
    bool repeat = (((draw >> 32) * GEN_SHARE_ALL) >> 32) < rows->plan->options->duplicates;
    if (repeat && recent->filled > 0) {
        memcpy(at, recent->bytes + place * recent->stride_bytes, recent->lengths[place]);
        return at + recent->lengths[place];
    }
    uint32_t count = rows->demand_end - rows->demand_begin;
    char *end = cells_put(at, rows->columns + rows->demand_begin, count, random);
    if (recent->filled < recent->places)
        place = recent->filled++;
    recent->lengths[place] = (uint32_t)(end - at);
    memcpy(recent->bytes + place * recent->stride_bytes, at, recent->lengths[place]);
    return end;
}

bool gen_rows_write(gen_rows *rows, gen_sink *sink, bool progress) {
    const gen_options *options = rows->plan->options;
    gen_random demands = gen_random_stream(options->seed, FOR_ROWS);
    gen_random repeats = gen_random_stream(options->seed, FOR_REPEATS);
    gen_random others = gen_random_stream(options->seed, (uint64_t)FOR_BUSINESS << 32);
    const column *behind = rows->columns + rows->demand_end;
    uint32_t behind_count = rows->column_count - rows->demand_end;
    uint32_t demand_count = rows->demand_end - rows->demand_begin;
    counter id = {.first = sizeof id.digits};
    pool recent = {0};
    bool repeating = options->duplicates > 0;
    if (repeating && !pool_init(&recent, rows->demand_room_bytes))
        return false;
    bool ok = header_write(rows, sink);
    for (uint64_t row = 0; ok && row < options->rows; row++) {
        char *start = gen_sink_room(sink, rows->room_bytes);
        if (!start) {
            ok = false;
            break;
        }
        char *at = id_put(start, &id);
        at = cells_put(at, rows->columns, rows->demand_begin, &others);
        at = repeating ? demands_put(rows, at, &demands, &repeats, &recent)
                       : cells_put(at, rows->columns + rows->demand_begin, demand_count, &demands);
        at = cells_put(at, behind, behind_count, &others);
        at[-1] = '\n'; /* in place of the last comma */
        sink->used_bytes += (size_t)(at - start);
        if (progress && row % 1000000 == 999999)
            (void)fprintf(stderr, "\r%llu of %llu million rows", (unsigned long long)(row / 1000000 + 1),
                          (unsigned long long)((options->rows + 999999) / 1000000));
    }
    free(recent.bytes);
    free(recent.lengths);
    if (progress && options->rows >= 1000000)
        (void)fprintf(stderr, "\n");
    return ok;
}
