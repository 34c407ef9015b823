/* The talk track: which words of the model to say to this customer. */
#include "explain.h"

#include <stdlib.h>
#include <string.h>

/* One of two words, in any case and with blanks around it; NULL for anything else. */
static const char *cell_word(const explained *of, fm_role role, const char *one, const char *other) {
    size_t column = session_role_column(of->session, role);
    if (column == SIZE_MAX)
        return NULL;
    fm_text cell = text_trim(fm_base_cell(of->session->base, column, of->row));
    if (text_distance(cell, text_of(one), 0) == 0)
        return one;
    return text_distance(cell, text_of(other), 0) == 0 ? other : NULL;
}

/* What the customer is moved by decides the words; how far they look ahead does where that is not known. */
static void choose_words(talk_track *talk) {
    const char *decides = talk->driver ? talk->driver : talk->horizon;
    talk->avoid = !decides || strcmp(decides, "away") == 0 || strcmp(decides, "short") == 0;
    talk->reach = !decides || strcmp(decides, "toward") == 0 || strcmp(decides, "long") == 0;
}

static const char *text_or_null(const char *text) {
    return text[strspn(text, " \t\r\n")] ? text : NULL;
}

/* The weightiest needs that the model has words for, ties in model order; the offering fits, so it meets
 * them. */
static void choose_lines(const explained *of, talk_track *talk) {
    for (size_t i = 0; i < of->session->model->attribute_count; i++) {
        const fm_attribute *about = &of->session->model->attributes[i];
        talk_line line = {i, talk->avoid ? text_or_null(about->avoid) : NULL,
                          talk->reach ? text_or_null(about->reach) : NULL};
        fm_fit_cell cell = fm_walk_cell(of->walk, of->row, talk->offering, i);
        if ((!line.avoid && !line.reach) || cell.need != FM_DEMAND_STATED)
            continue;
        size_t place = talk->line_count;
        while (place > 0 &&
               of->session->model->attributes[talk->lines[place - 1].attribute].weight < about->weight)
            place--;
        if (place == TALK_LINES_MAX)
            continue;
        talk->line_count += talk->line_count < TALK_LINES_MAX;
        memmove(talk->lines + place + 1, talk->lines + place, (talk->line_count - 1 - place) * sizeof line);
        talk->lines[place] = line;
    }
}

void explain_talk(const explained *of, talk_track *out_talk) {
    *out_talk = (talk_track){.offering = of->result.own};
    if (of->result.verdict == FM_VERDICT_REFER)
        out_talk->offering = of->result.refer_to;
    if (of->result.verdict == FM_VERDICT_WALK_AWAY)
        out_talk->offering = SIZE_MAX;
    out_talk->driver = cell_word(of, FM_ROLE_DRIVER, "toward", "away");
    out_talk->horizon = cell_word(of, FM_ROLE_HORIZON, "short", "long");
    choose_words(out_talk);
    if (out_talk->offering != SIZE_MAX)
        choose_lines(of, out_talk);
}

void explain_opening(buffer *to, const talk_track *talk) {
    if (talk->line_count == 0)
        return;
    const char *spared = "say what they are spared.";
    const char *gained = "say what they gain.";
    if (talk->driver)
        buffer_addf(to, "%s %s",
                    talk->avoid ? "They want to get away from a trouble:" : "They want to reach a goal:",
                    talk->avoid ? spared : gained);
    else if (talk->horizon)
        buffer_addf(to, "They think %s: %s", talk->horizon, talk->avoid ? spared : gained);
    else
        buffer_add(to, "It is not known what moves them: say what they are spared and what they gain.");
    if (talk->horizon)
        buffer_add(to, strcmp(talk->horizon, "short") == 0 ? " Begin with what changes soon."
                                                           : " Begin with what lasts.");
}

static void add_quoted(buffer *to, const char *text) {
    buffer_add(to, "\"");
    explain_spoken(to, text);
    buffer_add(to, "\"");
}

/* "Delivery time: at most 24 h" */
static void add_met_need(buffer *to, const explained *of, size_t attribute) {
    const fm_attribute *about = &of->session->model->attributes[attribute];
    buffer_show(to, about->label, strlen(about->label));
    if (about->rule == FM_RULE_FLAG)
        return;
    buffer_add(to, ": ");
    explain_demand(to, of, attribute, false);
}

void explain_change(buffer *to, const explained *of, size_t attribute) {
    const fm_attribute *about = &of->session->model->attributes[attribute];
    buffer demand = {0};
    walk_demand(&demand, of->walk, of->row, attribute, false);
    const char *text = buffer_string(&demand);
    bool several = strchr(text, '|') != NULL;
    buffer_show(to, about->label, strlen(about->label));
    switch (about->rule) {
    case FM_RULE_AT_MOST:
        buffer_addf(to, " to at most %s", text);
        break;
    case FM_RULE_AT_LEAST:
        buffer_addf(to, " to at least %s", text);
        break;
    case FM_RULE_COVERS:
        buffer_addf(to, " to cover \"%s\"", text);
        break;
    case FM_RULE_ANY_OF:
        buffer_addf(to, several ? " to have one of \"%s\"" : " to have \"%s\"", text);
        break;
    case FM_RULE_NONE_OF:
        buffer_addf(to, " to do without \"%s\"", text);
        break;
    case FM_RULE_FLAG:
        buffer_add(to, " to be included");
        break;
    }
    buffer_destroy(&demand);
}

/* What our closest offering would need, so that nobody has to walk away the next time. */
static void add_changes(buffer *to, const explained *of) {
    uint32_t *unmet = tool_alloc(of->session->model->attribute_count, sizeof *unmet);
    size_t count = fm_walk_unmet(of->walk, of->row, of->result.own, unmet);
    buffer_add(to, "What would have to change before ");
    explain_offering(to, of, of->result.own);
    buffer_add(to, " fits: ");
    for (size_t i = 0; i < count; i++) {
        buffer_add(to, i ? "; " : "");
        explain_change(to, of, unmet[i]);
    }
    buffer_add(to, ".\n");
    free(unmet);
}

void explain_talk_words(buffer *to, const explained *of) {
    if (of->result.verdict == FM_VERDICT_WALK_AWAY) {
        add_changes(to, of);
        return;
    }
    talk_track talk;
    explain_talk(of, &talk);
    if (talk.line_count == 0)
        return;
    explain_opening(to, &talk);
    buffer_add(to, "\n");
    for (size_t i = 0; i < talk.line_count; i++) {
        const talk_line *line = &talk.lines[i];
        buffer_add(to, "Say");
        if (of->result.verdict == FM_VERDICT_REFER) {
            buffer_add(to, " of ");
            explain_offering(to, of, talk.offering);
        }
        buffer_add(to, ": ");
        if (line->avoid)
            add_quoted(to, line->avoid);
        buffer_add(to, line->avoid && line->reach ? " and " : "");
        if (line->reach)
            add_quoted(to, line->reach);
        buffer_add(to, " (");
        add_met_need(to, of, line->attribute);
        buffer_add(to, ")\n");
    }
}
