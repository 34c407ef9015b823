/* The verdict in words that a salesperson can read aloud. */
#include "explain.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void add_safe(buffer *to, const char *string) {
    buffer_show(to, string, strlen(string));
}

void explain_offering(buffer *to, const explained *of, size_t offering) {
    buffer_add(to, "`");
    add_safe(to, fm_catalog_offering(of->session->catalog, offering)->id);
    buffer_add(to, "`");
}

static void add_label(buffer *to, const explained *of, size_t attribute) {
    add_safe(to, of->session->model->attributes[attribute].label);
}

static void add_number(buffer *to, double number, const char *unit) {
    if (isnan(number)) {
        buffer_add(to, "nothing");
        return;
    }
    buffer_addf(to, "%.15g", number);
    if (*unit) {
        buffer_add(to, " ");
        add_safe(to, unit);
    }
}

void explain_customer(buffer *to, const explained *of) {
    const fm_base *base = of->session->base;
    size_t column = session_role_column(of->session, FM_ROLE_NAME);
    fm_text name = column == SIZE_MAX ? (fm_text){"", 0} : text_trim(fm_base_cell(base, column, of->row));
    if (name.length == 0)
        name = text_trim(fm_base_id(base, of->row));
    buffer_show(to, name.bytes, name.length);
}

static const char *need_words(fm_rule rule, bool several) {
    switch (rule) {
    case FM_RULE_AT_MOST:
        return "at most ";
    case FM_RULE_AT_LEAST:
        return "at least ";
    case FM_RULE_COVERS:
        return several ? "all of " : "";
    case FM_RULE_ANY_OF:
        return several ? "one of " : "";
    case FM_RULE_NONE_OF:
    case FM_RULE_FLAG:
        break;
    }
    return "";
}

void explain_demand(buffer *to, const explained *of, size_t attribute, bool want) {
    fm_rule rule = of->session->model->attributes[attribute].rule;
    buffer text = {0};
    walk_demand(&text, of->walk, of->row, attribute, want);
    bool several = strchr(buffer_string(&text), '|') != NULL;
    if (text.length > 0) {
        if (rule == FM_RULE_NONE_OF)
            buffer_add(to, several ? "none of " : "not ");
        buffer_add(to, need_words(rule, several));
        buffer_add(to, buffer_string(&text));
    }
    buffer_destroy(&text);
}

void explain_spoken(buffer *to, const char *text) {
    text += strspn(text, " \t\r\n");
    while (*text) {
        size_t length = strcspn(text, " \t\r\n");
        buffer_show(to, text, length);
        text += length;
        text += strspn(text, " \t\r\n");
        buffer_add(to, *text ? " " : "");
    }
}

/* "Delivery time: they need at most 24 h, it delivers 29.1 h (promised 24 h)" */
static void add_reason(buffer *to, const explained *of, size_t offering, size_t attribute) {
    const fm_attribute *about = &of->session->model->attributes[attribute];
    add_label(to, of, attribute);
    if (about->rule == FM_RULE_FLAG) {
        buffer_add(to, ": they need it, and it does not come with it");
        return;
    }
    bool number = explain_is_number(about->rule);
    buffer demand = {0};
    walk_demand(&demand, of->walk, of->row, attribute, false);
    buffer_add(to, about->rule == FM_RULE_NONE_OF ? ": they refuse " : ": they need ");
    buffer_add(to, need_words(about->rule, strchr(buffer_string(&demand), '|') != NULL));
    /* Values of sets can be any word: quotes keep them apart from ours. */
    buffer_addf(to, number ? "%s" : "\"%s\"", buffer_string(&demand));
    buffer_clear(&demand);
    walk_offer(&demand, of->walk, offering, attribute);
    bool nothing = strcmp(buffer_string(&demand), "nothing") == 0;
    buffer_addf(to, number || nothing ? ", it %s %s" : ", it %s \"%s\"",
                nothing  ? "promises"
                : number ? "delivers"
                         : "offers",
                buffer_string(&demand));
    buffer_destroy(&demand);
    fm_promise promise = fm_catalog_promise(of->session->catalog, offering, attribute);
    bool same =
        promise.nominal == promise.dependable || (isnan(promise.nominal) && isnan(promise.dependable));
    if (number && !same) {
        buffer_add(to, " (promised ");
        add_number(to, promise.nominal, about->unit);
        buffer_add(to, ")");
    }
}

void explain_reasons(buffer *to, const explained *of, size_t offering) {
    uint32_t *unmet = tool_alloc(of->session->model->attribute_count, sizeof *unmet);
    size_t count = fm_walk_unmet(of->walk, of->row, offering, unmet);
    for (size_t i = 0; i < count; i++) {
        buffer_add(to, i ? "; " : "");
        add_reason(to, of, offering, unmet[i]);
    }
    free(unmet);
}

typedef struct stated {
    size_t needs, wants, wants_met, unasked;
} stated;

static stated count_stated(const explained *of, size_t offering) {
    stated count = {0};
    for (size_t i = 0; i < of->session->model->attribute_count; i++) {
        fm_fit_cell cell = fm_walk_cell(of->walk, of->row, offering, i);
        count.needs += cell.need == FM_DEMAND_STATED;
        count.unasked += cell.need == FM_DEMAND_UNASKED;
        count.wants += cell.want == FM_DEMAND_STATED;
        count.wants_met += cell.want == FM_DEMAND_STATED && cell.want_met;
    }
    return count;
}

static void fit_words(buffer *to, const explained *of, const char *customer) {
    stated count = count_stated(of, of->result.own);
    buffer_addf(to, "Go ahead: offer %s our ", customer);
    explain_offering(to, of, of->result.own);
    if (count.needs == 0)
        buffer_add(to, ". They ask for nothing that could rule an offer out");
    else if (count.needs == 1)
        buffer_add(to, ". It meets the one thing they need");
    else
        buffer_addf(to, ". It meets all %zu of their needs", count.needs);
    if (count.wants == 1)
        buffer_add(to, count.wants_met ? ", and grants their one wish" : ", but not their one wish");
    else if (count.wants > 1)
        buffer_addf(to, ", and %zu of their %zu wishes", count.wants_met, count.wants);
    buffer_add(to, ".\n");
}

static void ask_words(buffer *to, const explained *of, const char *customer) {
    stated count = count_stated(of, of->result.own);
    buffer_add(to, "Ask first: ");
    explain_offering(to, of, of->result.own);
    buffer_addf(
        to, count.needs ? " meets everything %s has told us" : " could suit %s, who has told us no need yet",
        customer);
    buffer_addf(to, ", but %s open.\n", count.unasked == 1 ? "one question is" : "questions are");
    if (of->result.ask == FM_NONE)
        return;
    const char *question = of->session->model->attributes[of->result.ask].question;
    buffer_add(to, "Ask: ");
    if (question[strspn(question, " \t\r\n")]) {
        buffer_add(to, "\"");
        explain_spoken(to, question);
        buffer_add(to, "\" (");
        add_label(to, of, of->result.ask);
        buffer_add(to, ")\n");
    } else {
        buffer_add(to, "what do they need for ");
        add_label(to, of, of->result.ask);
        buffer_add(to, "?\n");
    }
    for (size_t i = 0, shown = 0; i < of->session->model->attribute_count && count.unasked > 1; i++) {
        bool open = fm_walk_cell(of->walk, of->row, of->result.own, i).need == FM_DEMAND_UNASKED;
        if (!open || i == of->result.ask)
            continue;
        buffer_add(to, shown++ ? ", " : "After that, still open: ");
        add_label(to, of, i);
        if (shown + 1 == count.unasked)
            buffer_add(to, ".\n");
    }
}

static void unfit_words(buffer *to, const explained *of, const char *customer) {
    bool refer = of->result.verdict == FM_VERDICT_REFER;
    buffer_addf(to, "Step back: %s offer %sfits %s", refer ? "no" : "nobody's", refer ? "of ours " : "",
                customer);
    buffer_add(to, ". Our closest, ");
    explain_offering(to, of, of->result.own);
    buffer_add(to, ", falls short. ");
    explain_reasons(to, of, of->result.own);
    buffer_add(to, ".\n");
    if (!refer || of->result.refer_to == FM_NONE)
        return;
    const fm_offering *partner = fm_catalog_offering(of->session->catalog, of->result.refer_to);
    buffer_add(to, "Refer them to ");
    add_safe(to, *partner->supplier ? partner->supplier : "our partner");
    buffer_add(to, ": ");
    explain_offering(to, of, of->result.refer_to);
    buffer_add(to, " meets everything they need.\n");
}

/* The offering that would fit if its promise were kept. */
static void overpromise_words(buffer *to, const explained *of) {
    const session *run = of->session;
    size_t offering = of->result.overpromise;
    uint32_t *unmet = tool_alloc(run->model->attribute_count, sizeof *unmet);
    size_t count = fm_walk_unmet(of->walk, of->row, offering, unmet);
    buffer_add(to, "Do not be tempted: ");
    explain_offering(to, of, offering);
    for (size_t i = 0; i < count; i++) {
        const char *unit = run->model->attributes[unmet[i]].unit;
        fm_promise promise = fm_catalog_promise(run->catalog, offering, unmet[i]);
        buffer_add(to, i ? "; " : " promises ");
        add_number(to, promise.nominal, unit);
        buffer_add(to, " but delivers ");
        add_number(to, promise.dependable, unit);
        buffer_add(to, " (");
        add_label(to, of, unmet[i]);
        buffer_addf(to, ", %" PRIu64 " records)", promise.records);
    }
    buffer_add(to, ".\n");
    free(unmet);
}

/* What the salesperson is offering now, where the table says so. */
static void offered_words(buffer *to, const explained *of) {
    const session *run = of->session;
    size_t column = session_role_column(run, FM_ROLE_OFFERED);
    if (column == SIZE_MAX)
        return;
    fm_text id = text_trim(fm_base_cell(run->base, column, of->row));
    char *name = tool_copy(id.bytes, id.length);
    size_t offering = id.length ? fm_catalog_find(run->catalog, name) : SIZE_MAX;
    free(name);
    if (offering == SIZE_MAX)
        return;
    uint32_t *unmet = tool_alloc(run->model->attribute_count, sizeof *unmet);
    size_t count = fm_walk_unmet(of->walk, of->row, offering, unmet);
    free(unmet);
    buffer_add(to, "They are being offered ");
    explain_offering(to, of, offering);
    if (count == 0) {
        buffer_add(to, " now, which meets every need they have stated.\n");
    } else {
        buffer_add(to, " now, which does not fit. ");
        explain_reasons(to, of, offering);
        buffer_add(to, ".\n");
    }
}

void explain_words(buffer *to, const explained *of) {
    buffer customer = {0};
    explain_customer(&customer, of);
    switch (of->result.verdict) {
    case FM_VERDICT_FIT:
        fit_words(to, of, buffer_string(&customer));
        break;
    case FM_VERDICT_ASK:
        ask_words(to, of, buffer_string(&customer));
        break;
    case FM_VERDICT_REFER:
    case FM_VERDICT_WALK_AWAY:
        unfit_words(to, of, buffer_string(&customer));
        break;
    }
    explain_talk_words(to, of);
    if (of->result.overpromise != FM_NONE)
        overpromise_words(to, of);
    offered_words(to, of);
    buffer_destroy(&customer);
}
