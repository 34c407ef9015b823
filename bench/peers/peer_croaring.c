/* Roaring bitmaps: peer_croaring PLANS SECONDS THREADS JOBS [break], on what encode.py wrote to the folder
 * PLANS.
 *
 * A bitmap for each attribute and offered value holds the customers that it misses; in shards of as many rows
 * as a container has, so that intermediates stay in the caches and threads share nothing. fit is an OR-many
 * for each own offering. For the best, missed weights are added up bit by bit (full adders over bitmaps, as
 * bit-sliced indexes on Roaring bitmaps do it) and compared likewise. The answer stays in bitmaps. */
#include "answer.h"

#include <roaring/roaring.h>
#include <stdlib.h>
#include <string.h>

#define SHARD_ROWS 65536u
#define ATTRIBUTES_MAX 64
#define OFFERINGS_MAX 4096
#define PATTERNS_MAX 256
#define SUM_BITS_MAX 16
#define COLUMN_MAX 128

typedef roaring_bitmap_t bitmap;

typedef struct attribute {
    unsigned weight, patterns;
    unsigned char *miss[2]; /* needs, wants: a byte for each pattern and code */
} attribute;

typedef struct offering {
    bool own;
    unsigned pattern[ATTRIBUTES_MAX];
} offering;

/* The best of a side: key bits (wants below needs), place bits; NULL keys when there was no offering. */
typedef struct contest {
    bitmap *key[2 * SUM_BITS_MAX];
    bitmap *place[SUM_BITS_MAX];
    bool any;
} contest;

typedef struct shard {
    uint32_t first, rows;
    bitmap **miss[2][ATTRIBUTES_MAX]; /* by pattern; NULL where nobody misses it */
    bitmap *open;
    /* answers */
    bitmap *fits, *verdict[4], *own[SUM_BITS_MAX], *refer[SUM_BITS_MAX];
} shard;

typedef struct problem {
    unsigned attributes, offerings, sum_bits, place_bits;
    uint64_t rows;
    attribute *attribute;
    offering *offering;
    size_t shard_count;
    shard *shards;
    unsigned threads;
} problem;

static _Noreturn void die(const char *what) {
    (void)fprintf(stderr, "peers: %s\n", what);
    exit(1);
}

static void *new (size_t count, size_t bytes) {
    void *memory = calloc(count ? count : 1, bytes);
    if (memory == NULL)
        die("no memory");
    return memory;
}

static void drop(bitmap **b) {
    if (*b != NULL)
        roaring_bitmap_free(*b);
    *b = NULL;
}

static unsigned read_number(FILE *file) {
    unsigned number;
    if (fscanf(file, "%u", &number) != 1)
        die("the plan ends too early");
    return number;
}

static void read_table(FILE *file, unsigned char *table) {
    char line[257];
    if (fscanf(file, "%256s", line) != 1 || strlen(line) != 256)
        die("the plan has a table that is none");
    for (unsigned code = 0; code < 256; code++)
        table[code] = line[code] == '1';
}

static unsigned bits_of(unsigned number) {
    unsigned bits = 0;
    for (; number > 0; number >>= 1)
        bits++;
    return bits;
}

static void read_plan(problem *p, FILE *file) {
    p->attributes = read_number(file);
    p->offerings = read_number(file);
    p->rows = read_number(file);
    if (p->attributes == 0 || p->attributes > ATTRIBUTES_MAX || p->offerings == 0 ||
        p->offerings > OFFERINGS_MAX)
        die("the plan is larger than this program allows");
    p->attribute = new (p->attributes, sizeof *p->attribute);
    p->offering = new (p->offerings, sizeof *p->offering);
    unsigned total = 0;
    for (unsigned a = 0; a < p->attributes; a++) {
        attribute *at = &p->attribute[a];
        at->weight = read_number(file);
        at->patterns = read_number(file);
        if (at->patterns > PATTERNS_MAX || at->weight > 255)
            die("the plan is larger than this program allows");
        total += at->weight;
        for (unsigned w = 0; w < 2; w++)
            at->miss[w] = new (at->patterns, 256);
        for (unsigned i = 0; i < at->patterns; i++)
            for (unsigned w = 0; w < 2; w++)
                read_table(file, at->miss[w] + 256 * (size_t)i);
    }
    for (unsigned o = 0; o < p->offerings; o++) {
        p->offering[o].own = read_number(file) != 0;
        for (unsigned a = 0; a < p->attributes; a++)
            p->offering[o].pattern[a] = read_number(file);
    }
    p->sum_bits = bits_of(total);
    p->place_bits = bits_of(p->offerings - 1);
}

static FILE *open_in(const char *folder, const char *name) {
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        (void)fprintf(stderr, "peers: %s cannot be read\n", path);
        exit(1);
    }
    return file;
}

static unsigned char *read_all(const char *folder, const char *name, size_t bytes) {
    unsigned char *data = new (bytes, 1);
    FILE *file = open_in(folder, name);
    if (fread(data, 1, bytes, file) != bytes)
        die("a file is shorter than the plan says");
    (void)fclose(file);
    return data;
}

/* The rows of a shard whose code a table holds; NULL when there are none. */
static bitmap *build(const shard *s, const unsigned char *codes, const unsigned char *table, uint32_t *room) {
    size_t count = 0;
    for (uint32_t i = 0; i < s->rows; i++) {
        room[count] = s->first + i;
        count += table[codes[s->first + i]];
    }
    if (count == 0)
        return NULL;
    bitmap *b = roaring_bitmap_of_ptr(count, room);
    roaring_bitmap_run_optimize(b);
    roaring_bitmap_shrink_to_fit(b);
    return b;
}

static void build_shard(const problem *p, shard *s, const unsigned char *codes, const unsigned char *open) {
    uint32_t *room = new (SHARD_ROWS + 1, sizeof *room);
    for (unsigned w = 0; w < 2; w++)
        for (unsigned a = 0; a < p->attributes; a++) {
            const attribute *at = &p->attribute[a];
            s->miss[w][a] = new (at->patterns, sizeof(bitmap *));
            for (unsigned i = 0; i < at->patterns; i++)
                s->miss[w][a][i] =
                    build(s, codes + (w * p->attributes + a) * p->rows, at->miss[w] + 256 * (size_t)i, room);
        }
    const unsigned char is_open[256] = {0, 1};
    s->open = build(s, open, is_open, room);
    if (s->open == NULL)
        s->open = roaring_bitmap_create();
    free(room);
}

static void build_all(problem *p, const char *folder) {
    unsigned char *codes = read_all(folder, "codes", 2 * (size_t)p->attributes * p->rows);
    unsigned char *open = read_all(folder, "open", p->rows);
    p->shard_count = (p->rows + SHARD_ROWS - 1) / SHARD_ROWS;
    p->shards = new (p->shard_count, sizeof *p->shards);
#pragma omp parallel for num_threads(p->threads) schedule(dynamic)
    for (size_t i = 0; i < p->shard_count; i++) {
        shard *s = &p->shards[i];
        s->first = (uint32_t)(i * SHARD_ROWS);
        s->rows = (uint32_t)(p->rows - s->first < SHARD_ROWS ? p->rows - s->first : SHARD_ROWS);
        build_shard(p, s, codes, open);
    }
    free(codes);
    free(open);
}

static bitmap *all_rows(const shard *s) {
    return roaring_bitmap_from_range(s->first, (uint64_t)s->first + s->rows, 1);
}

static void fit_shard(const problem *p, shard *s) {
    bitmap *unfit = all_rows(s);
    for (unsigned o = 0; o < p->offerings && !roaring_bitmap_is_empty(unfit); o++) {
        if (!p->offering[o].own)
            continue;
        const bitmap *planes[ATTRIBUTES_MAX];
        unsigned count = 0;
        for (unsigned a = 0; a < p->attributes; a++) {
            const bitmap *plane = s->miss[0][a][p->offering[o].pattern[a]];
            if (plane != NULL)
                planes[count++] = plane;
        }
        bitmap *missed = roaring_bitmap_or_many(count, planes);
        roaring_bitmap_and_inplace(unfit, missed);
        roaring_bitmap_free(missed);
    }
    drop(&s->fits);
    s->fits = roaring_bitmap_flip(unfit, s->first, (uint64_t)s->first + s->rows);
    roaring_bitmap_free(unfit);
}

/* Bitmaps of one weight that wait to be added; ours are freed when they are used up. */
typedef struct column {
    bitmap *waiting[COLUMN_MAX];
    bool ours[COLUMN_MAX];
    unsigned first, count;
} column;

static void put(column *c, const bitmap *b, bool ours) {
    if (c->first + c->count == COLUMN_MAX)
        die("too many attributes for one sum");
    c->waiting[c->first + c->count] = (bitmap *)(uintptr_t)b;
    c->ours[c->first + c->count] = ours;
    c->count++;
}

static void take_out(column *c, unsigned count) {
    for (unsigned i = 0; i < count; i++, c->first++, c->count--)
        if (c->ours[c->first])
            roaring_bitmap_free(c->waiting[c->first]);
}

/* Three of one weight (or two) become one of that weight and a carry. */
static void compress(column *c, column *next) {
    bitmap *const *in = c->waiting + c->first;
    bitmap *sum = roaring_bitmap_xor(in[0], in[1]);
    bitmap *carry = roaring_bitmap_and(in[0], in[1]);
    const bool three = c->count >= 3;
    if (three) {
        bitmap *other = roaring_bitmap_and(sum, in[2]);
        roaring_bitmap_or_inplace(carry, other);
        roaring_bitmap_free(other);
        roaring_bitmap_xor_inplace(sum, in[2]);
    }
    take_out(c, three ? 3 : 2);
    put(c, sum, true);
    if (roaring_bitmap_is_empty(carry))
        roaring_bitmap_free(carry);
    else
        put(next, carry, true);
}

/* The bits of an offering's missed weights, lowest first; NULL where no row has the bit. */
static void add_up(const problem *p, const shard *s, const offering *o, unsigned want, bitmap **bits) {
    column columns[SUM_BITS_MAX + 1];
    for (unsigned b = 0; b <= SUM_BITS_MAX; b++)
        columns[b].first = columns[b].count = 0;
    for (unsigned a = 0; a < p->attributes; a++) {
        const bitmap *plane = s->miss[want][a][o->pattern[a]];
        for (unsigned b = 0; plane != NULL && p->attribute[a].weight >> b != 0; b++)
            if (p->attribute[a].weight >> b & 1)
                put(&columns[b], plane, false);
    }
    for (unsigned b = 0; b < p->sum_bits; b++) {
        column *c = &columns[b];
        while (c->count > 1)
            compress(c, &columns[b + 1]);
        bits[b] = c->count == 0       ? NULL
                  : c->ours[c->first] ? c->waiting[c->first]
                                      : roaring_bitmap_copy(c->waiting[c->first]);
    }
}

/* Where the key is less than the best's: from the lowest bit up, a bit that differs decides by the best's.
 * Turns the key into what differs. */
static bitmap *compare(bitmap **key, bitmap *const *best, unsigned bits) {
    bitmap *less = roaring_bitmap_create();
    for (unsigned b = 0; b < bits; b++) {
        if (key[b] == NULL)
            key[b] = roaring_bitmap_copy(best[b]);
        else
            roaring_bitmap_xor_inplace(key[b], best[b]);
        bitmap *step = roaring_bitmap_xor(less, best[b]);
        roaring_bitmap_and_inplace(step, key[b]);
        roaring_bitmap_xor_inplace(less, step);
        roaring_bitmap_free(step);
    }
    return less;
}

static void first_offer(const problem *p, const shard *s, contest *c, bitmap **key, unsigned place) {
    c->any = true;
    for (unsigned b = 0; b < 2 * p->sum_bits; b++)
        c->key[b] = key[b] != NULL ? key[b] : roaring_bitmap_create();
    for (unsigned b = 0; b < p->place_bits; b++)
        c->place[b] = place >> b & 1 ? all_rows(s) : roaring_bitmap_create();
}

static void offer(const problem *p, const shard *s, contest *c, unsigned place) {
    bitmap *key[2 * SUM_BITS_MAX];
    const offering *o = &p->offering[place];
    add_up(p, s, o, 1, key);
    add_up(p, s, o, 0, key + p->sum_bits);
    if (!c->any) {
        first_offer(p, s, c, key, place);
        return;
    }
    bitmap *less = compare(key, c->key, 2 * p->sum_bits);
    const bool some = !roaring_bitmap_is_empty(less);
    for (unsigned b = 0; b < 2 * p->sum_bits; b++) {
        if (some) {
            roaring_bitmap_and_inplace(key[b], less);
            roaring_bitmap_xor_inplace(c->key[b], key[b]);
        }
        roaring_bitmap_free(key[b]);
    }
    for (unsigned b = 0; some && b < p->place_bits; b++) {
        if (place >> b & 1)
            roaring_bitmap_or_inplace(c->place[b], less);
        else
            roaring_bitmap_andnot_inplace(c->place[b], less);
    }
    roaring_bitmap_free(less);
}

/* The rows with missed needs; frees the key. */
static bitmap *unfit_of(const problem *p, const shard *s, contest *c) {
    if (!c->any)
        return all_rows(s);
    bitmap *unfit = roaring_bitmap_or_many(p->sum_bits, (const bitmap **)(c->key + p->sum_bits));
    for (unsigned b = 0; b < 2 * p->sum_bits; b++)
        roaring_bitmap_free(c->key[b]);
    return unfit;
}

static void best_shard(const problem *p, shard *s) {
    contest sides[2] = {{.any = false}, {.any = false}};
    for (unsigned o = 0; o < p->offerings; o++)
        offer(p, s, &sides[p->offering[o].own], o);
    bitmap *unfit = unfit_of(p, s, &sides[1]), *partner_unfit = unfit_of(p, s, &sides[0]);
    bitmap *fits = roaring_bitmap_flip(unfit, s->first, (uint64_t)s->first + s->rows);
    for (unsigned v = 0; v < 4; v++)
        drop(&s->verdict[v]);
    s->verdict[0] = roaring_bitmap_andnot(fits, s->open);
    s->verdict[1] = roaring_bitmap_and(fits, s->open);
    s->verdict[2] = roaring_bitmap_andnot(unfit, partner_unfit);
    s->verdict[3] = roaring_bitmap_and(unfit, partner_unfit);
    for (unsigned b = 0; b < p->place_bits; b++) {
        drop(&s->own[b]);
        drop(&s->refer[b]);
        s->own[b] = sides[1].place[b];
        s->refer[b] = sides[0].place[b];
    }
    roaring_bitmap_free(fits);
    roaring_bitmap_free(unfit);
    roaring_bitmap_free(partner_unfit);
}

static void run(problem *p, bool best) {
#pragma omp parallel for num_threads(p->threads) schedule(dynamic)
    for (size_t i = 0; i < p->shard_count; i++)
        (best ? best_shard : fit_shard)(p, &p->shards[i]);
}

/* Adds a number to the rows of a bitmap. */
static void spread(const bitmap *b, uint32_t *numbers, uint32_t *room, uint32_t number) {
    if (b == NULL)
        return;
    roaring_bitmap_to_uint32_array(b, room);
    const uint64_t count = roaring_bitmap_get_cardinality(b);
    for (uint64_t i = 0; i < count; i++)
        numbers[room[i]] += number;
}

static answer fit_answer(const problem *p, uint32_t *room) {
    answer a = {{0}, 0};
    for (size_t i = 0; i < p->shard_count; i++) {
        const bitmap *fits = p->shards[i].fits;
        roaring_bitmap_to_uint32_array(fits, room);
        const uint64_t count = roaring_bitmap_get_cardinality(fits);
        a.counts[0] += count;
        for (uint64_t k = 0; k < count; k++)
            a.checksum += answer_fit_row(room[k]);
    }
    return a;
}

static answer best_answer(const problem *p, uint32_t *room) {
    uint32_t *own = new (p->rows, sizeof *own), *refer = new (p->rows, sizeof *refer);
    uint32_t *verdict = new (p->rows, sizeof *verdict);
    for (size_t i = 0; i < p->shard_count; i++) {
        const shard *s = &p->shards[i];
        for (unsigned v = 0; v < 4; v++)
            spread(s->verdict[v], verdict, room, v);
        for (unsigned b = 0; b < p->place_bits; b++) {
            spread(s->own[b], own, room, 1u << b);
            spread(s->refer[b], refer, room, 1u << b);
        }
    }
    answer a = {{0}, 0};
    for (uint64_t row = 0; row < p->rows; row++) {
        a.counts[verdict[row] & 3]++;
        a.checksum +=
            answer_best_row(row, own[row] + 1, verdict[row] == 2 ? refer[row] + 1 : 0, verdict[row]);
    }
    free(own);
    free(refer);
    free(verdict);
    return a;
}

static void measure(problem *p, bool best, double load, double seconds) {
    uint32_t *room = new (p->rows, sizeof *room);
    answer_times times = {0};
    run(p, best);
    const double started = answer_clock();
    while (answer_again(&times, started, seconds)) {
        const double begin = answer_clock();
        run(p, best);
        times.seconds[times.count++] = answer_clock() - begin;
    }
    const answer a = best ? best_answer(p, room) : fit_answer(p, room);
    char names[320];
    (void)snprintf(names, sizeof names,
                   "\"contestant\": \"%s\", \"formulation\": \"%s\", \"job\": \"%s\", \"threads\": %u, "
                   "\"version\": \"CRoaring %d.%d.%d\",",
                   PEER_NAME, best ? "bit-sliced sums of bitmaps" : "OR of misses", best ? "best" : "fit",
                   p->threads, ROARING_VERSION_MAJOR, ROARING_VERSION_MINOR, ROARING_VERSION_REVISION);
    answer_print(names, p->rows, load, &times, &a, best ? 4 : 1);
    free(room);
}

/* What --break asks for: some customers need nothing, so the answer is wrong. */
static void forget_needs(problem *p) {
    for (unsigned a = 0; a < p->attributes; a++)
        for (unsigned i = 0; i < p->attribute[a].patterns; i++)
            if (p->shards[0].miss[0][a][i] != NULL)
                roaring_bitmap_remove_range_closed(p->shards[0].miss[0][a][i], 0, 63);
}

int main(int count, char **arguments) {
    if (count < 5) {
        (void)fprintf(stderr, "usage: peer_croaring PLANS SECONDS THREADS JOBS [break]\n");
        return 2;
    }
    problem p = {.threads = (unsigned)strtoul(arguments[3], NULL, 10)};
    double load = 0;
    FILE *file = open_in(arguments[1], "seconds");
    if (fscanf(file, "%lf", &load) != 1)
        die("the seconds of encoding are missing");
    (void)fclose(file);
    const double begin = answer_clock();
    file = open_in(arguments[1], "plan");
    read_plan(&p, file);
    (void)fclose(file);
    if (p.sum_bits > SUM_BITS_MAX || p.place_bits > SUM_BITS_MAX || p.threads == 0)
        die("the plan is larger than this program allows");
    build_all(&p, arguments[1]);
    load += answer_clock() - begin;
    if (count > 5)
        forget_needs(&p);
    for (unsigned best = 0; best < 2; best++)
        if (strstr(arguments[4], best ? "best" : "fit") != NULL)
            measure(&p, best != 0, load, strtod(arguments[2], NULL));
    return 0;
}
