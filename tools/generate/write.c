/* The small files of a workspace: the model, the offerings and the delivery records. */
#include <stdio.h>
#include <string.h>

#include "plan.h"
#include "random.h"

enum purpose { FOR_HISTORY = 20 };

static const char *const WORDS[64] = {
    "north",  "south",  "east",  "west",  "coast",  "hills",  "lakes", "isles",  "city",  "port",  "delta",
    "plain",  "forest", "alps",  "fens",  "moor",   "ridge",  "vale",  "bay",    "cape",  "dunes", "fjord",
    "glen",   "heath",  "inlet", "karst", "loch",   "marsh",  "oasis", "peak",   "quay",  "reef",  "shore",
    "tarn",   "urban",  "veld",  "wold",  "yard",   "zone",   "arch",  "barn",   "crag",  "dale",  "edge",
    "ford",   "gulf",   "haven", "islet", "jetty",  "knoll",  "ledge", "mound",  "nook",  "grove", "pass",
    "quarry", "rapids", "slope", "tower", "upland", "valley", "weir",  "yonder", "zenith"};

static const char *const SUPPLIERS[] = {"Albrook Service", "Benterra", "Corvane", "Dellmark & Co"};

#define SUPPLIER_COUNT (uint32_t)(sizeof SUPPLIERS / sizeof *SUPPLIERS)

static void number_text(uint64_t hundredths, char *out_text) {
    int length = snprintf(out_text, GEN_TEXT_BYTES, "%llu.%02u", (unsigned long long)(hundredths / 100),
                          (unsigned)(hundredths % 100));
    while (out_text[length - 1] == '0')
        out_text[--length] = '\0';
    if (out_text[length - 1] == '.')
        out_text[--length] = '\0';
}

static void set_text(uint64_t mask, char *out_text) {
    char *at = out_text;
    for (unsigned word = 0; word < 64; word++) {
        if (!(mask >> word & 1))
            continue;
        if (at != out_text)
            *at++ = '|';
        at = stpcpy(at, WORDS[word]);
    }
    *at = '\0';
}

void gen_value_text(const gen_attribute *attribute, gen_value value, char out_text[GEN_TEXT_BYTES]) {
    if (gen_rule_is_number(attribute->rule))
        number_text(value, out_text);
    else if (attribute->rule == GEN_FLAG)
        memcpy(out_text, value ? "yes" : "no", value ? 4 : 3);
    else
        set_text(value, out_text);
}

static bool write_origin(const gen_options *o, gen_sink *sink) {
    bool ok = gen_sink_format(
        sink,
        "# Invented data, made by: fitmatch-generate DIR --rows %llu --offerings %llu --attributes %llu",
        (unsigned long long)o->rows, (unsigned long long)o->offerings, (unsigned long long)o->attributes);
    const struct {
        const char *name;
        uint64_t value;
    } shares[] = {{"blank", o->blank},       {"unasked", o->unasked},       {"wants", o->wants},
                  {"skew", o->skew},         {"duplicates", o->duplicates}, {"fitting", o->fitting},
                  {"partners", o->partners}, {"quoted", o->quoted}};
    ok = ok && gen_sink_format(sink, " \\\n#   --patterns %llu --levels %llu",
                               (unsigned long long)o->patterns, (unsigned long long)o->levels);
    for (size_t i = 0; ok && i < sizeof shares / sizeof *shares; i++) {
        char text[GEN_TEXT_BYTES];
        (void)snprintf(text, sizeof text, "%llu.%03u", (unsigned long long)(shares[i].value / 1000),
                       (unsigned)(shares[i].value % 1000));
        size_t length = strlen(text);
        while (text[length - 1] == '0')
            text[--length] = '\0';
        if (text[length - 1] == '.')
            text[--length] = '\0';
        ok = gen_sink_format(sink, " --%s %s", shares[i].name, text);
    }
    return ok && gen_sink_format(sink, " \\\n#   --history %llu --extra-columns %llu --seed %llu%s%s\n",
                                 (unsigned long long)o->history, (unsigned long long)o->extra_columns,
                                 (unsigned long long)o->seed, o->numbers_only ? " --numbers-only" : "",
                                 o->business ? " --business" : "");
}

bool gen_write_model(const gen_plan *plan, gen_sink *sink) {
    static const char *const RULES[] = {"at_most", "at_least", "covers", "any_of", "none_of", "flag"};
    const gen_options *options = plan->options;
    bool ok = write_origin(options, sink) &&
              gen_sink_text(
                  sink, "company: Generated Works\nofferings: offerings.csv\ncustomers: customers.csv\n") &&
              gen_sink_text(sink, options->history > 0 ? "history: history.csv\n" : "");
    if (options->business)
        ok = ok && gen_sink_text(
                       sink, "stages: {attention: 10, interest: 25, conviction: 50, desire: 75, action: 90}\n"
                             "customer: {name: name, value: deal_value, stage: stage, owner: owner}\n");
    ok = ok && gen_sink_text(sink, "attributes:\n");
    for (uint32_t a = 0; ok && a < plan->attribute_count; a++) {
        const gen_attribute *attribute = &plan->attributes[a];
        ok = gen_sink_format(sink, "  - {name: %s, rule: %s, weight: %u", attribute->name,
                             RULES[attribute->rule], attribute->weight) &&
             (!attribute->unit || gen_sink_format(sink, ", unit: \"%s\"", attribute->unit)) &&
             gen_sink_text(sink, "}\n");
    }
    return ok;
}

bool gen_write_offerings(const gen_plan *plan, gen_sink *sink) {
    bool ok = gen_sink_text(sink, "offering_id,supplier,name");
    for (uint32_t a = 0; ok && a < plan->attribute_count; a++)
        ok = gen_sink_format(sink, ",%s", plan->attributes[a].name);
    ok = ok && gen_sink_text(sink, "\n");
    for (uint32_t o = 0; ok && o < plan->offering_count; o++) {
        const char *supplier = plan->own[o] ? "Generated Works" : SUPPLIERS[o % SUPPLIER_COUNT];
        ok = gen_sink_format(sink, "o%u,%s,Offering %u", o + 1, supplier, o + 1);
        for (uint32_t a = 0; ok && a < plan->attribute_count; a++) {
            const gen_attribute *attribute = &plan->attributes[a];
            char text[GEN_TEXT_BYTES];
            uint32_t pattern = plan->patterns[(size_t)o * plan->attribute_count + a];
            gen_value_text(attribute, attribute->patterns[pattern], text);
            ok = gen_sink_format(sink, ",%s", text);
        }
        ok = ok && gen_sink_text(sink, "\n");
    }
    return ok;
}

/* Records around the promised value: per offering and attribute, some promises are kept, some broken, some
 * beaten. */
bool gen_write_history(const gen_plan *plan, gen_sink *sink) {
    enum { RECORDS_EACH = 40 }; /* more than min_records: as few as these make a dependable value */
    gen_random random = gen_random_stream(plan->options->seed, FOR_HISTORY);
    uint32_t a = plan->attribute_count - 1; /* the first step moves on to offering 0, attribute 0 */
    uint32_t o = plan->offering_count - 1;
    uint64_t factor = 0;
    bool ok = gen_sink_text(sink, "offering_id,attribute,value\n");
    for (uint64_t record = 0; ok && record < plan->options->history; record++) {
        if (record % RECORDS_EACH == 0) {
            do {
                a = (a + 1) % plan->attribute_count;
                if (a == 0)
                    o = (o + 1) % plan->offering_count;
            } while (!gen_rule_is_number(plan->attributes[a].rule));
            factor = 80 + gen_random_below(&random, 40);
        }
        const gen_attribute *attribute = &plan->attributes[a];
        uint64_t nominal = attribute->patterns[plan->patterns[(size_t)o * plan->attribute_count + a]];
        uint64_t spread =
            70 + gen_random_below(&random, 31); /* the worst of them is the factor away from the promise */
        uint64_t value = attribute->rule == GEN_AT_MOST ? nominal * spread * factor / 10000
                                                        : nominal * 10000 / spread / factor;
        char text[GEN_TEXT_BYTES];
        number_text(value, text);
        ok = gen_sink_format(sink, "o%u,%s,%s\n", o + 1, attribute->name, text);
    }
    return ok;
}
