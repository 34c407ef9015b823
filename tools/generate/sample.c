/* fitmatch-sample: makes the sample that the product ships: an invented supplier of spare parts and field
 * service for commercial kitchens. The same bytes on every machine; the numbers below were tuned until every
 * verdict shows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "sample.h"
#include "sink.h"

#define CUSTOMER_COUNT 2000u
#define CELL_BYTES 64

typedef char cell[CELL_BYTES];

/* The cells of a row, in the order of HEADER. */
/* clang-format off */
enum column {
    ID, NAME, SEGMENT, CITY, REGION, EQUIPMENT, DELIVERY, WANT_DELIVERY, RESPONSE, UPTIME, FEE, HOPED_FEE, YEARS,
    LANGUAGE, REFUSED, WEEKEND, WANT_WEEKEND, HYGIENE, VALUE, STAGE, OWNER, OFFERED, EXISTING, SINCE, FAVOURITE,
    DRIVER, HORIZON, COLUMN_COUNT
};
/* clang-format on */

static const char HEADER[] = "customer_id,name,segment,city,region,equipment,delivery_hours,"
                             "want_delivery_hours,response_hours,uptime,max_fee,hoped_fee,parts_years,"
                             "language,refuses_payment,weekend,want_weekend,hygiene_record,deal_value,"
                             "stage,owner,offered,is_customer,since,favourite,driver,horizon\n";

/* A spinner is a list of texts and their weights: "24 3/48 5/ 2" is 24, 48 or blank, three to five to two. */
typedef struct segment {
    const char *name;
    uint32_t weight;
    const char *titles, *regions, *equipment, *delivery, *response, *uptime, *fee, *years, *refused, *weekend,
        *hygiene;
    uint32_t value_low, value_high; /* of the deal, in EUR */
    uint32_t favourite;             /* per mille of the customers that buy already */
} segment;

static const segment SEGMENTS[] = {
    {"restaurant", 30, "Restaurant 5/Gasthaus 4/Wirtshaus 2/Trattoria 1/Bistro 2",
     "North 6/Rhine 7/Danube 5/Alps 3/Benelux 1/Islands 1",
     "ovens|fryers 4/ovens 2/ovens|dishwashers 4/refrigeration 2/ 3", "72 3/48 8/36 1/24 1/any 2/? 2/ 1",
     "48 4/24 2/any 2/ 10", "97 1/ 12", "120 1/150 1/200 9/250 6/300 3/ 9", "5 2/8 1/ 9",
     "prepay 3/debit 1/ 9", "yes 1/no 9/? 1", "no 6/yes 2/ 3", 800, 6000, 4},
    {"hotel", 18, "Hotel 6/Berghotel 1/Kurhotel 1/Hotel Garni 2",
     "North 4/Rhine 5/Danube 4/Alps 5/Islands 1/Benelux 1",
     "ovens|dishwashers 4/ovens|dishwashers|refrigeration 4/dishwashers 2/ovens|coffee 1",
     "48 9/36 2/24 2/72 2/? 1/ 1", "24 6/48 3/12 1/ 3", "98 4/97 2/99 1/ 5", "200 1/250 2/300 5/400 4/ 4",
     "8 3/10 1/5 2/ 4", "prepay 4/card 1/ 8", "yes 2/no 9/? 1", "yes 5/no 3/ 2", 4000, 30000, 75},
    {"hospital", 7, "Klinikum 3/Krankenhaus 4/Kreisklinik 2", "North 4/Rhine 5/Danube 4/Alps 2/Nordics 1",
     "ovens|dishwashers|refrigeration 5/dishwashers|refrigeration 3", "24 6/12 2/36 5/? 1",
     "8 2/4 1/12 5/24 3/? 1", "99 3/99.5 1/98 5", "400 1/600 5/800 3/ 3", "10 4/12 1/8 4",
     "card|prepay 5/prepay 3/ 1", "yes 7/no 1/? 1", "yes 9/no 1", 18000, 90000, 10},
    {"care home", 13, "Seniorenhaus 4/Pflegeheim 4/Stift 2", "North 5/Rhine 5/Danube 5/Alps 3",
     "ovens|dishwashers 6/dishwashers|refrigeration 3/ovens|dishwashers|refrigeration 2",
     "48 9/36 2/24 2/72 2/? 1/ 1", "24 5/48 4/12 1/ 3", "98 4/97 3/ 3", "200 2/250 5/300 5/400 2/ 4",
     "10 2/8 4/5 2/ 2", "card|prepay 4/prepay 3/ 3", "yes 1/no 10/? 1", "yes 8/no 2", 3000, 22000, 85},
    {"school canteen", 10, "Schulküche 4/Mensa 5/Gymnasium 2", "North 5/Rhine 5/Danube 4/Alps 2/Benelux 1",
     "ovens|dishwashers 5/ovens 2/ovens|refrigeration 2", "72 6/48 5/any 3/? 1/ 2", "48 5/any 2/24 2/ 5",
     "97 2/ 9", "150 1/200 6/250 4/ 4", "10 3/8 3/ 4", "card|prepay|debit 1/prepay 5/card|prepay 4",
     "no 12/ 1/? 1", "yes 6/no 2/? 1", 1500, 9000, 8},
    {"bakery", 9, "Bäckerei 6/Backstube 2/Konditorei 3", "North 4/Rhine 5/Danube 5/Alps 2/Benelux 1",
     "ovens 6/ovens|coffee 4/ovens|refrigeration 2", "24 2/48 6/36 2/72 2/? 1/ 1", "12 1/24 5/48 2/ 4",
     "98 2/ 6", "150 1/200 4/250 3/300 2/400 2/ 5", "8 1/5 3/ 6", "prepay 2/ 6", "yes 2/no 6/? 1",
     "no 5/yes 1/ 1", 1200, 8000, 4},
    {"quick-service chain", 6, "Burgerhalle 3/Suppenbar 2/Nudelwerk 3/Grillpunkt 2",
     "North|Rhine 5/North|Rhine|Danube 4/Rhine|Danube 3/Benelux|Rhine 2/Rhine 2",
     "fryers|ovens 5/fryers|refrigeration 3/coffee|ovens 1", "24 2/36 6/48 4/12 1", "12 4/24 4/8 2",
     "99 4/98 4/ 2", "250 1/300 4/400 3/ 2", "5 4/8 2/ 3", "prepay 3/card|prepay 2/ 3", "yes 6/no 2/? 1",
     "yes 4/no 2", 25000, 160000, 60},
    {"island resort", 4, "Resort 3/Strandhotel 4/Fährhaus 2", "Islands 9/Islands|North 1",
     "ovens|refrigeration 4/ovens|dishwashers|refrigeration 3/coffee|ovens 1", "48 4/72 4/24 2/? 1",
     "48 4/24 3/ 2", "97 3/98 2/ 3", "300 2/400 4/600 2/ 3", "5 2/8 2/ 3", "check 1/prepay 2/ 4",
     "yes 4/no 3/? 1", "yes 3/no 3", 6000, 40000, 5},
    {"caterer", 8, "Feinkost 3/Catering 5/Festküche 2", "Benelux 3/Rhine 5/North 3/Nordics 1/Danube 2",
     "ovens|refrigeration 4/refrigeration 3/coffee 2", "24 4/12 1/36 4/48 5/? 1/ 1", "12 3/8 2/24 3/ 2",
     "98 2/99 1/ 4", "200 1/300 3/400 5/ 4", "5 2/ 6", "prepay 3/ 5", "yes 7/no 2/? 1", "yes 4/no 3/? 1",
     2500, 18000, 6},
};

/* The salespeople differ: who offers more than is kept, and who refers. Per cent of the deals that no own
 * offering fits. */
typedef struct salesperson {
    const char *name;
    uint32_t weight, pushes, refers;
} salesperson;

static const salesperson TEAM[] = {{"Ana Brandt", 5, 15, 60},   {"Cem Yildirim", 4, 40, 20},
                                   {"Ines Falk", 4, 25, 45},    {"Jonas Reuter", 5, 75, 5},
                                   {"Mira Halonen", 3, 10, 30}, {"Paul Grothe", 2, 50, 10}};

/* What a salesperson reads off the price list: the promised values. In the file's order of preference. */
typedef struct listed {
    const char *id;
    const char *delivery, *response, *uptime, *fee, *years, *region, *equipment, *language, *payment,
        *weekend, *hygiene;
    bool own;
    const char *supplier, *name;
} listed;

static const listed OFFERINGS[] = {
    {"basic", "72", "48", "97", "110", "8", "North|Rhine|Danube|Alps",
     "ovens|fryers|dishwashers|refrigeration", "de|en", "invoice|debit", "no", "no", true, "",
     "Kitchen Basic"},
    {"standard", "48", "24", "98", "190", "10", "North|Rhine|Danube|Alps",
     "ovens|fryers|dishwashers|refrigeration|coffee", "de|en", "invoice|debit", "no", "yes", true, "",
     "Kitchen Standard"},
    {"express", "24", "8", "99", "340", "10", "North|Rhine|Danube",
     "ovens|fryers|dishwashers|refrigeration|coffee", "de|en|nl", "invoice|debit", "yes", "yes", true, "",
     "Kitchen Express"},
    {"chain", "36", "12", "99", "280", "8", "North|Rhine|Danube", "ovens|fryers|refrigeration|coffee",
     "de|en|fr", "invoice", "yes", "yes", true, "", "Multi-site"},
    {"alpine", "48", "24", "98", "260", "10", "Alps", "ovens|dishwashers|refrigeration|coffee", "de|it|en",
     "invoice|debit", "yes", "yes", true, "", "Alpine & Lakes"},
    {"counter", "48", "", "", "35", "8", "North|Rhine", "ovens|fryers|dishwashers|refrigeration|coffee",
     "de|en", "invoice|card|prepay", "no", "no", true, "", "Parts Counter"},
    {"nachtwerk-12", "12", "4", "99.5", "590", "10", "North|Rhine|Danube|Benelux",
     "ovens|fryers|dishwashers|refrigeration", "de|en|nl", "invoice|debit", "yes", "yes", false,
     "Nachtwerk Notdienst", "Overnight 12"},
    {"nachtwerk-24", "24", "8", "99", "290", "8", "North|Rhine|Danube|Benelux",
     "ovens|dishwashers|fryers|refrigeration|coffee", "de|en|nl", "invoice", "yes", "yes", false,
     "Nachtwerk Notdienst", "Daybreak 24"},
    {"insula", "48", "24", "98", "370", "8", "Islands", "ovens|dishwashers|refrigeration|coffee", "de|en|it",
     "invoice|card", "yes", "yes", false, "Insula Cucine", "Island Kitchens"},
    {"vapora", "24", "12", "98.5", "260", "5", "Benelux|Rhine", "ovens|fryers|refrigeration|coffee",
     "nl|fr|de", "invoice|debit", "yes", "yes", false, "Vapora Service", "Benelux Direct"},
    {"skagvind", "36", "24", "98", "310", "10", "Nordics|North", "ovens|dishwashers|refrigeration",
     "da|en|de", "invoice|card", "yes", "yes", false, "Skagvind Storkøkken", "Nordic Care"},
    {"vapora-eco", "48", "48", "97", "95", "5", "Benelux|Rhine", "ovens|fryers|dishwashers|refrigeration",
     "nl|fr|de", "invoice", "no", "yes", false, "Vapora Service", "Benelux Eco"},
};

#define OFFERING_COUNT (sizeof OFFERINGS / sizeof *OFFERINGS)

/* Delivery records: most lie in [low, high], `late` per cent of them in (high, worst]. In tenths. */
typedef struct record_series {
    const char *offering, *attribute;
    uint32_t count, low, high, worst, late;
} record_series;

static const record_series RECORDS[] = {
    {"basic", "delivery_hours", 140, 380, 700, 715, 3},
    {"standard", "delivery_hours", 220, 210, 420, 440, 6},
    {"express", "delivery_hours", 180, 150, 236, 330, 14},
    {"chain", "delivery_hours", 96, 220, 352, 372, 4},
    {"alpine", "delivery_hours", 18, 250, 440, 600, 10},
    {"basic", "response_hours", 90, 200, 470, 510, 3},
    {"standard", "response_hours", 150, 90, 232, 252, 4},
    {"express", "response_hours", 120, 40, 78, 118, 15},
    {"chain", "response_hours", 80, 50, 118, 130, 3},
    {"standard", "uptime", 60, 988, 999, 978, 4},
    {"express", "uptime", 48, 989, 999, 981, 12},
    {"chain", "uptime", 40, 990, 999, 986, 2},
    {"nachtwerk-12", "delivery_hours", 64, 60, 117, 134, 4},
    {"nachtwerk-24", "delivery_hours", 52, 140, 236, 262, 3},
    {"insula", "delivery_hours", 45, 260, 440, 470, 4},
    {"vapora", "delivery_hours", 24, 150, 240, 300, 10},
};

static const char *const WORDS[] = {
    "Adlerhorst",   "Ahornhof",        "Am Mühlbach", "Amselgrund",    "Birkenau",    "Blaue Laterne",
    "Brunnhalde",   "Distelfeld",      "Drei Linden", "Eichgrund",     "Elsternweg",  "Fährmann",
    "Falkenrast",   "Feldmark",        "Goldbutt",    "Grauer Hirsch", "Haselbusch",  "Heidekamp",
    "Hirtenstein",  "Hohe Warte",      "Igelsbach",   "Kaltenborn",    "Kirschallee", "Kranichsee",
    "Kupferkanne",  "Lerchenhof",      "Lindwurm",    "Marderhof",     "Moosbrand",   "Nebelgasse",
    "Ochsenfurth",  "Pfefferminz",     "Quellental",  "Rabenklint",    "Rebgarten",   "Rote Mühle",
    "Salzhaff",     "Schattenmorelle", "Schilfrohr",  "Silberpappel",  "Sonnenhang",  "Steinbock",
    "Storchennest", "Tannenzipf",      "Torfkate",    "Uferschwalbe",  "Vogelbeere",  "Wacholder",
    "Weidengrund",  "Wiesenkopf",      "Winkelried",  "Zaunkönig",     "Zirbenstube", "Zum Otter",
    "Zwölf Apfel",  "Östermark"};

static const char *const PEOPLE[] = {"Ferrante, Enzo", "Haldorsen, Liv", "Okonjo, Ada",  "Petit, Jeanne",
                                     "Quast, Rolf",    "Szabo, Mira",    "Tjarks, Onno", "Ysebaert, Lien"};

static const struct {
    const char *region, *cities, *languages;
} PLACES[] = {
    {"North", "Hagenfleet 3/Moorwerder 2/Tiefensund 3/Brakenförde 2", "de 8/de|en 2/ 5"},
    {"Rhine", "Rheinau am Berg 3/Kolmstadt 4/Erftheim 2/Wupperau 2", "de 16/de|en 4/fr 1/ 11"},
    {"Danube", "Donaufurth 3/Ilmpasching 2/Regenwörth 3", "de 8/de|en 1/ 5"},
    {"Alps", "Hochfilz am See 2/Sankt Arbogast 3/Lechtann 2", "de 9/it 1/de|it 2/ 4"},
    {"Benelux", "Oosterleek 2/Vaarten 3/Sint-Rombout 2", "nl 5/fr 3/nl|fr 2/ 1"},
    {"Islands", "Norderhallig 2/Porto Velino 2/Isola Marena 2", "de 3/it 3/en 2/ 2"},
    {"Nordics", "Skagvik 2/Ærøhavn 1", "da 4/en 3/da|en 2"},
};

static void spin(gen_random *random, const char *spinner, cell out) {
    uint32_t sum = 0;
    for (const char *at = spinner; *at; at += strcspn(at, "/"), at += *at == '/') {
        const char *space = memrchr(at, ' ', strcspn(at, "/"));
        sum += (uint32_t)strtoul(space + 1, NULL, 10);
    }
    uint32_t draw = gen_random_below(random, sum);
    for (const char *at = spinner;; at += strcspn(at, "/") + 1) {
        const char *space = memrchr(at, ' ', strcspn(at, "/"));
        uint32_t weight = (uint32_t)strtoul(space + 1, NULL, 10);
        if (draw < weight) {
            (void)snprintf(out, CELL_BYTES, "%.*s", (int)(space - at), at);
            return;
        }
        draw -= weight;
    }
}

static bool chance(gen_random *random, uint32_t per_mille) {
    return gen_random_below(random, 1000) < per_mille;
}

static void copy(cell to, const char *from) {
    (void)snprintf(to, CELL_BYTES, "%s", from);
}

/* ---- what a salesperson thinks fits ---- */

static bool has_value(const char *set, const char *value, size_t length) {
    for (const char *at = set; *at; at += strcspn(at, "|"), at += *at == '|')
        if (strcspn(at, "|") == length && memcmp(at, value, length) == 0)
            return true;
    return false;
}

static unsigned values_shared(const char *offered, const char *demanded, unsigned *out_demanded) {
    unsigned shared = 0;
    *out_demanded = 0;
    for (const char *at = demanded; *at; at += strcspn(at, "|"), at += *at == '|') {
        ++*out_demanded;
        shared += has_value(offered, at, strcspn(at, "|"));
    }
    return shared;
}

static bool is_demand(const char *text) {
    return *text && strcmp(text, "?") != 0 && strcmp(text, "any") != 0;
}

static bool at_most(const char *offered, const char *demanded) {
    return !is_demand(demanded) || (*offered && strtod(offered, NULL) <= strtod(demanded, NULL));
}

static bool at_least(const char *offered, const char *demanded) {
    return !is_demand(demanded) || (*offered && strtod(offered, NULL) >= strtod(demanded, NULL));
}

static bool covers(const char *offered, const char *demanded) {
    unsigned all;
    return !is_demand(demanded) || values_shared(offered, demanded, &all) == all;
}

static bool shares(const char *offered, const char *demanded, bool wished) {
    unsigned all;
    return !is_demand(demanded) || (values_shared(offered, demanded, &all) > 0) == wished;
}

static bool flag(const char *offered, const char *demanded) {
    return strcmp(demanded, "yes") != 0 || strcmp(offered, "yes") == 0;
}

static bool listed_fits(const listed *offering, cell *row) {
    return at_most(offering->delivery, row[DELIVERY]) && at_most(offering->response, row[RESPONSE]) &&
           at_least(offering->uptime, row[UPTIME]) && at_most(offering->fee, row[FEE]) &&
           at_least(offering->years, row[YEARS]) && covers(offering->region, row[REGION]) &&
           covers(offering->equipment, row[EQUIPMENT]) && shares(offering->language, row[LANGUAGE], true) &&
           shares(offering->payment, row[REFUSED], false) && flag(offering->weekend, row[WEEKEND]) &&
           flag(offering->hygiene, row[HYGIENE]);
}

static const listed *listed_first(cell *row, bool own) {
    for (size_t i = 0; i < OFFERING_COUNT; i++)
        if (OFFERINGS[i].own == own && listed_fits(&OFFERINGS[i], row))
            return &OFFERINGS[i];
    return NULL;
}

/* ---- customers ---- */

static void fill_place(gen_random *random, cell *row) {
    size_t place = 0;
    while (strncmp(PLACES[place].region, row[REGION], strlen(PLACES[place].region)) != 0)
        place++;
    spin(random, PLACES[place].cities, row[CITY]);
    spin(random, PLACES[place].languages, row[LANGUAGE]);
    /* A few have yet to say where they are, or what they cook with. */
    if (chance(random, 15))
        copy(row[REGION], "?");
    if (chance(random, 12))
        copy(row[EQUIPMENT], "any");
}

static void fill_demands(gen_random *random, const segment *kind, cell *row) {
    spin(random, kind->regions, row[REGION]);
    spin(random, kind->equipment, row[EQUIPMENT]);
    fill_place(random, row);
    spin(random, kind->delivery, row[DELIVERY]);
    spin(random, kind->response, row[RESPONSE]);
    spin(random, kind->uptime, row[UPTIME]);
    spin(random, kind->fee, row[FEE]);
    spin(random, kind->years, row[YEARS]);
    spin(random, kind->refused, row[REFUSED]);
    spin(random, kind->weekend, row[WEEKEND]);
    spin(random, kind->hygiene, row[HYGIENE]);
    /* Some write the unit, as people do. */
    if (is_demand(row[DELIVERY]) && chance(random, 30))
        strcat(row[DELIVERY], " h");
    if (is_demand(row[UPTIME]) && chance(random, 100))
        strcat(row[UPTIME], "%");
    /* Who needs 48 hours would like 24; who has a limit hopes to stay below it. */
    if (is_demand(row[DELIVERY]) && chance(random, 300))
        (void)snprintf(row[WANT_DELIVERY], CELL_BYTES, "%g", strtod(row[DELIVERY], NULL) / 2);
    if (is_demand(row[FEE]) && chance(random, 350))
        (void)snprintf(row[HOPED_FEE], CELL_BYTES, "%g",
                       strtod(row[FEE], NULL) * (70 + gen_random_below(random, 6) * 5) / 100);
    if (strcmp(row[WEEKEND], "no") == 0 && chance(random, 200))
        copy(row[WANT_WEEKEND], "yes");
}

/* Days before the day on which the sample was taken, 31 October 2026. */
static void fill_date(uint32_t days_ago, cell out) {
    static const uint32_t LENGTHS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    uint32_t year = 2026;
    uint32_t month = 10;
    uint32_t day = 31;
    for (; days_ago > 0; days_ago--) {
        if (--day > 0)
            continue;
        month = month > 1 ? month - 1 : 12;
        year -= month == 12;
        day = LENGTHS[month - 1] + (month == 2 && year % 4 == 0);
    }
    (void)snprintf(out, CELL_BYTES, "%04u-%02u-%02u", year, month, day);
}

static void fill_business(gen_random *random, const segment *kind, cell *row) {
    uint32_t range = kind->value_high - kind->value_low;
    /* The lesser of two draws: small deals are more frequent than big ones. */
    uint32_t one = gen_random_below(random, range);
    uint32_t other = gen_random_below(random, range);
    uint32_t value = kind->value_low + (one < other ? one : other);
    (void)snprintf(row[VALUE], CELL_BYTES, "%u", value - value % 50);
    bool existing = chance(random, 330);
    copy(row[EXISTING], existing ? "yes" : "no");
    if (existing) {
        uint32_t age = gen_random_below(random, 100);
        fill_date(age < 10   ? gen_random_below(random, 31)
                  : age < 24 ? 31 + gen_random_below(random, 60)
                             : 91 + gen_random_below(random, 2600),
                  row[SINCE]);
        if (chance(random, listed_first(row, true) ? kind->favourite * 4 : 5))
            copy(row[FAVOURITE], "yes");
    }
    if (!existing || chance(random, 400))
        spin(random, "attention 6/interest 6/conviction 4/desire 3/action 2", row[STAGE]);
    spin(random, "toward 6/away 5/ 3", row[DRIVER]);
    spin(random, "short 5/long 6/ 3", row[HORIZON]);
}

static const salesperson *owner_choose(gen_random *random) {
    uint32_t sum = 0;
    for (size_t i = 0; i < sizeof TEAM / sizeof *TEAM; i++)
        sum += TEAM[i].weight;
    uint32_t draw = gen_random_below(random, sum);
    const salesperson *owner = TEAM;
    for (; draw >= owner->weight; owner++)
        draw -= owner->weight;
    return owner;
}

static void fill_offer(gen_random *random, cell *row) {
    const salesperson *owner = owner_choose(random);
    copy(row[OWNER], owner->name);
    bool early = strcmp(row[STAGE], "attention") == 0;
    if (!*row[STAGE] || (early && chance(random, 700)))
        return;
    const listed *own = listed_first(row, true);
    const listed *partner = listed_first(row, false);
    uint32_t draw = gen_random_below(random, 100);
    if (own && draw >= 8)
        copy(row[OFFERED], own->id);
    else if (draw < owner->pushes)
        spin(random, "express 5/standard 4/chain 1", row[OFFERED]);
    else if (partner && draw < owner->pushes + owner->refers)
        copy(row[OFFERED], partner->id);
}

static void fill_name(gen_random *random, const segment *kind, cell *row) {
    if (kind->value_high < 10000 && chance(random, 25)) {
        copy(row[NAME], PEOPLE[gen_random_below(random, sizeof PEOPLE / sizeof *PEOPLE)]);
        return;
    }
    cell title;
    spin(random, kind->titles, title);
    (void)snprintf(row[NAME], CELL_BYTES, "%.24s %.32s", title,
                   WORDS[gen_random_below(random, sizeof WORDS / sizeof *WORDS)]);
}

static const segment *segment_choose(gen_random *random) {
    uint32_t sum = 0;
    for (size_t i = 0; i < sizeof SEGMENTS / sizeof *SEGMENTS; i++)
        sum += SEGMENTS[i].weight;
    uint32_t draw = gen_random_below(random, sum);
    const segment *kind = SEGMENTS;
    for (; draw >= kind->weight; kind++)
        draw -= kind->weight;
    return kind;
}

static bool cells_write(cell *row, gen_sink *sink) {
    bool ok = true;
    for (int i = 0; ok && i < COLUMN_COUNT; i++) {
        bool quotes = strchr(row[i], ',') != NULL;
        ok = gen_sink_format(sink, "%s%s%s%s", quotes ? "\"" : "", row[i], quotes ? "\"" : "",
                             i + 1 < COLUMN_COUNT ? "," : "\n");
    }
    return ok;
}

static bool customers_write(gen_sink *sink) {
    gen_random random = gen_random_stream(SAMPLE_SEED, 1);
    bool ok = gen_sink_text(sink, HEADER);
    for (uint32_t i = 0; ok && i < CUSTOMER_COUNT; i++) {
        cell row[COLUMN_COUNT] = {""};
        const segment *kind = segment_choose(&random);
        (void)snprintf(row[ID], CELL_BYTES, "K%04u", i + 1);
        copy(row[SEGMENT], kind->name);
        fill_name(&random, kind, row);
        fill_demands(&random, kind, row);
        fill_business(&random, kind, row);
        fill_offer(&random, row);
        ok = cells_write(row, sink);
    }
    return ok;
}

/* ---- the other files ---- */

static bool offerings_write(gen_sink *sink) {
    bool ok = gen_sink_text(
        sink, "offering_id,supplier,name,delivery_hours,response_hours,uptime,monthly_fee,parts_years,"
              "region,equipment,language,payment,weekend,hygiene_record\n");
    for (size_t i = 0; ok && i < OFFERING_COUNT; i++) {
        const listed *o = &OFFERINGS[i];
        ok = gen_sink_format(sink, "%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n", o->id, o->supplier, o->name,
                             o->delivery, o->response, o->uptime, o->fee, o->years, o->region, o->equipment,
                             o->language, o->payment, o->weekend, o->hygiene);
    }
    return ok;
}

static bool history_write(gen_sink *sink) {
    gen_random random = gen_random_stream(SAMPLE_SEED, 2);
    bool ok = gen_sink_text(sink, "offering_id,attribute,value\n");
    for (size_t s = 0; s < sizeof RECORDS / sizeof *RECORDS; s++) {
        const record_series *series = &RECORDS[s];
        /* For uptime the bad days lie below the usual range, not above. */
        uint32_t edge = series->worst > series->high ? series->high : series->worst;
        uint32_t tail =
            series->worst > series->high ? series->worst - series->high : series->low - series->worst;
        for (uint32_t i = 0; ok && i < series->count; i++) {
            bool late = chance(&random, series->late * 10);
            uint32_t value = late ? edge + gen_random_below(&random, tail + 1)
                                  : series->low + gen_random_below(&random, series->high - series->low + 1);
            ok = gen_sink_format(sink, "%s,%s,%u.%u\n", series->offering, series->attribute, value / 10,
                                 value % 10);
        }
    }
    return ok;
}

static bool model_write(gen_sink *sink) {
    return gen_sink_text(sink, SAMPLE_MODEL);
}

static bool mistakes_write(gen_sink *sink) {
    return gen_sink_text(sink, HEADER) && gen_sink_text(sink, SAMPLE_MISTAKES);
}

int main(int count, char **arguments) {
    static const struct {
        const char *name;
        bool (*write)(gen_sink *sink);
    } FILES[] = {{"offerings.csv", offerings_write},
                 {"history.csv", history_write},
                 {"customers.csv", customers_write},
                 {"customers-with-mistakes.csv", mistakes_write},
                 {"fit.yaml", model_write}};
    if (count == 2 && (strcmp(arguments[1], "--help") == 0 || strcmp(arguments[1], "-h") == 0)) {
        (void)printf(
            "Write the sample workspace that fitmatch ships, byte for byte.\n\nusage: fitmatch-sample DIR\n");
        return fflush(stdout) == 0 ? 0 : 1;
    }
    if (count != 2 || !*arguments[1] || arguments[1][0] == '-') {
        (void)fprintf(stderr, "error: which folder? usage: fitmatch-sample DIR\n");
        return 2;
    }
    bool ok = gen_folder_make(arguments[1]);
    for (size_t i = 0; ok && i < sizeof FILES / sizeof *FILES; i++) {
        gen_sink sink = {0};
        ok = gen_sink_open(&sink, arguments[1], FILES[i].name, 0) && FILES[i].write(&sink) &&
             gen_sink_close(&sink) && gen_sink_publish(&sink);
        gen_sink_destroy(&sink);
    }
    return ok ? 0 : 1;
}
