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

void workspace_role_cell(struct workspace *workspace, enum oracle_role role, bool bad,
                         struct oracle_buffer *out_cell) {
    static const double values[] = {0, 0, -0.0, 1, 12000, 0.1, 1e300, 99.99, 5e-324};
    struct workspace_rng *rng = &workspace->rng;
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
