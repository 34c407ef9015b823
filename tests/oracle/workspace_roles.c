/* Business columns of random customers. */
#include "workspace_customers.h"

static void free_text(struct workspace *workspace, struct oracle_buffer *out_cell) {
    static const char *const texts[] = {"plain",      "A, B; C",      "Bob \"The\" Co",
                                        "two\nlines", "two\r\nlines", " \"a\"",
                                        "5\" pipe",   "Äcker GmbH",   "",
                                        " ",          "  padded\t",   "\"quoted\" first",
                                        "a|b",        "tab\tin",      "any",
                                        "?",          "x\"",          "lone \r return",
                                        "\"",         "=1+1"};
    static const char odd[] = {'o', 'd', 'd', '\x01', '\xFF', '\xC3', 'x'};
    if (workspace->style.odd_bytes && workspace_chance(&workspace->rng, 5))
        oracle_buffer_add(out_cell, (struct oracle_text){odd, sizeof odd});
    else if (workspace_chance(&workspace->rng, 30))
        oracle_buffer_add_string(out_cell, "plain name");
    else
        oracle_buffer_add_string(out_cell, WORKSPACE_PICK(&workspace->rng, texts));
}

static const char *bad_content(struct workspace_rng *rng, enum oracle_role role) {
    static const char *const values[] = {"abc",  "-1",    "-0.01", "1e999", "inf",     "nan",
                                         "0x10", "1 EUR", "1 2",   "--1",   "-5e-324", "-0,5"};
    static const char *const flags[] = {"maybe", "2", "yess", "-", "?", "any", "ja"};
    static const char *const dates[] = {"2023-02-29", "2024-13-01", "2024-00-10",       "2024-1-1",
                                        "01.02.2024", "2024-04-31", "1900-02-29",       "2024-01-00",
                                        "2024-01-1x", "20240101",   "2024-01-01T00:00", "-024-01-01"};
    if (role == ORACLE_ROLE_VALUE)
        return WORKSPACE_PICK(rng, values);
    if (role == ORACLE_ROLE_SINCE)
        return WORKSPACE_PICK(rng, dates);
    if (role == ORACLE_ROLE_STAGE)
        return "unknown stage";
    if (role == ORACLE_ROLE_DRIVER || role == ORACLE_ROLE_HORIZON)
        return "sideways";
    return WORKSPACE_PICK(rng, flags);
}

static const char *good_content(struct workspace *workspace, enum oracle_role role) {
    static const char *const flags[] = {"", "yes", "no", "1", "0", "x", "TRUE", "n", "Y"};
    static const char *const drivers[] = {"", "toward", "away", "Toward", "AWAY"};
    static const char *const horizons[] = {"", "short", "long", "Short", "LONG"};
    static const char *const dates[] = {"",           "2024-02-29", "2000-02-29",
                                        "1999-12-31", "2023-06-30", "2025-01-01"};
    struct workspace_rng *rng = &workspace->rng;
    switch (role) {
    case ORACLE_ROLE_STAGE:
        if (workspace_chance(rng, 20))
            return "";
        return workspace->stage_count > 0 ? workspace->stages[workspace_below(rng, workspace->stage_count)]
                                          : "any stage";
    case ORACLE_ROLE_EXISTING:
    case ORACLE_ROLE_FAVOURITE:
        return WORKSPACE_PICK(rng, flags);
    case ORACLE_ROLE_OFFERED:
        if (workspace_chance(rng, 20))
            return "something else";
        return workspace->offerings[workspace_below(rng, workspace->offering_count)].id;
    case ORACLE_ROLE_DRIVER:
        return WORKSPACE_PICK(rng, drivers);
    case ORACLE_ROLE_HORIZON:
        return WORKSPACE_PICK(rng, horizons);
    default:
        return WORKSPACE_PICK(rng, dates);
    }
}

/* Money with ties, with cents, of all sizes, or so large that sums must be rounded. */
static double analysis_value(struct workspace *workspace) {
    static const double few[] = {0, 100, 100, 250, 1000};
    static const double huge[] = {1e15, 1e15, 9007199254740993.0, 0.1, 0.01, 1e300, 3, 1e-7};
    struct workspace_rng *rng = &workspace->rng;
    switch (workspace->business.value_kind) {
    case 0:
        return WORKSPACE_PICK(rng, few);
    case 1:
        return 1e15 + (double)workspace_below(rng, 100) / 8.0;
    case 2:
        return WORKSPACE_PICK(rng, huge);
    case 3:
        return 0;
    default:
        return (double)workspace_below(rng, 10000000) / 100.0;
    }
}

static const char *analysis_date(struct workspace *workspace) {
    static const char *const dates[] = {"2024-02-29", "2024-03-01", "2024-01-31", "2023-12-31", "2024-03-30",
                                        "2024-02-28", "2000-02-29", "2100-03-01", "1900-02-28", "0000-01-01",
                                        "9999-12-31", "2023-12-01", "2024-01-01", "2024-03-31"};
    struct workspace_rng *rng = &workspace->rng;
    if (workspace_chance(rng, 40))
        return WORKSPACE_PICK(rng, dates);
    return workspace_format(workspace, "2024-%02zu-%02zu", workspace_between(rng, 1, 5),
                            workspace_between(rng, 1, 29));
}

/* The content of a business column where analyses look at it; false: as ever. */
static bool analysis_cell(struct workspace *workspace, enum oracle_role role,
                          struct oracle_buffer *out_cell) {
    static const char *const owners[] = {"Ann",        "ann", "Bo, Jr.", "C\"C\"", "Dörte",
                                         "two\nlines", "F",   "G",       "H"};
    const struct workspace_business *business = &workspace->business;
    struct workspace_rng *rng = &workspace->rng;
    const bool blank = workspace_chance(rng, business->blank_percent);
    if (role == ORACLE_ROLE_EXISTING || role == ORACLE_ROLE_FAVOURITE) {
        const size_t percent =
            role == ORACLE_ROLE_EXISTING ? business->existing_percent : business->favourite_percent;
        oracle_buffer_add_string(out_cell, workspace_chance(rng, percent) ? "Yes" : blank ? "" : "no");
    } else if (role == ORACLE_ROLE_OFFERED) {
        if (!workspace_chance(rng, business->offered_percent))
            return true;
        oracle_buffer_add_string(out_cell, good_content(workspace, role));
    } else if (role == ORACLE_ROLE_VALUE) {
        if (!blank)
            workspace_spell_number(workspace, analysis_value(workspace), "", out_cell);
    } else if (role == ORACLE_ROLE_OWNER) {
        if (!blank)
            oracle_buffer_add_string(out_cell, owners[workspace_below(rng, business->owner_count)]);
    } else if (role == ORACLE_ROLE_SINCE) {
        if (!blank)
            oracle_buffer_add_string(out_cell, analysis_date(workspace));
    } else {
        return false;
    }
    return true;
}

void workspace_role_cell(struct workspace *workspace, enum oracle_role role, bool bad,
                         struct oracle_buffer *out_cell) {
    static const double values[] = {0, 0, -0.0, 1, 12000, 0.1, 1e300, 99.99, 5e-324};
    struct workspace_rng *rng = &workspace->rng;
    if (workspace->for_analyses && !bad && analysis_cell(workspace, role, out_cell)) {
        workspace_pad(workspace, out_cell);
        return;
    }
    if (role == ORACLE_ROLE_NAME || role == ORACLE_ROLE_OWNER) {
        free_text(workspace, out_cell);
        return;
    }
    if (bad) {
        oracle_buffer_add_string(out_cell, bad_content(rng, role));
    } else if (role == ORACLE_ROLE_VALUE) {
        if (workspace_chance(rng, 50))
            workspace_spell_number(workspace, (double)workspace_below(rng, 10000000) / 100.0, "", out_cell);
        else if (workspace_chance(rng, 50))
            workspace_spell_number(workspace, WORKSPACE_PICK(rng, values), "", out_cell);
    } else {
        oracle_buffer_add_string(out_cell, good_content(workspace, role));
    }
    workspace_pad(workspace, out_cell);
}

void workspace_id_cell(struct workspace *workspace, size_t row, bool missing,
                       struct oracle_buffer *out_cell) {
    static const char *const blanks[] = {"", " ", "\t", "   "};
    struct workspace_rng *rng = &workspace->rng;
    const size_t kind = workspace_below(rng, 40);
    if (workspace->for_analyses && workspace_chance(rng, workspace->business.same_id_percent))
        row = workspace_below(rng, 1 + row / 2);
    if (missing)
        oracle_buffer_add_string(out_cell, WORKSPACE_PICK(rng, blanks));
    else if (kind == 0)
        oracle_buffer_add_string(out_cell, "C1");
    else if (kind == 1)
        oracle_buffer_add_string(out_cell, workspace_format(workspace, "Kunde %zu, \"ß\"", row));
    else if (kind == 2)
        oracle_buffer_add_string(out_cell, workspace_format(workspace, " C%zu\t", row));
    else
        oracle_buffer_add_string(out_cell, workspace_format(workspace, "C%zu", row));
}
