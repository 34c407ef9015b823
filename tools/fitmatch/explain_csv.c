/* One customer row explained, as lines of a table: an attribute and an offering each. */
#include "explain.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

fm_status explain_csv_header(fm_output *to, fm_error *error) {
    static const char header[] = "row,customer_id,attribute,demand,kind,offering_id,offer,met\n";
    return fm_output_write(to, header, sizeof header - 1, error);
}

/* The texts of fm_walk_*, to the byte: what programs read is not made safe to print. */
static void add_demand(buffer *to, const explained *of, size_t attribute, bool want) {
    size_t length = fm_walk_demand(of->walk, of->row, attribute, want, NULL, 0);
    char *text = tool_alloc(length + 1, 1);
    (void)fm_walk_demand(of->walk, of->row, attribute, want, text, length + 1);
    buffer_add_bytes(to, text, length);
    free(text);
}

static void add_offer(buffer *to, const explained *of, size_t offering, size_t attribute) {
    size_t length = fm_walk_offer(of->walk, offering, attribute, NULL, 0);
    char *text = tool_alloc(length + 1, 1);
    (void)fm_walk_offer(of->walk, offering, attribute, text, length + 1);
    buffer_add_bytes(to, text, length);
    free(text);
}

static fm_status write_line(fm_output *to, const fm_text *cells, size_t count, fm_error *error) {
    fm_status status = FM_OK;
    for (size_t i = 0; i < count && status == FM_OK; i++) {
        if (i > 0)
            status = fm_output_write(to, ",", 1, error);
        if (status == FM_OK)
            status = fm_output_write_cell(to, cells[i], error);
    }
    return status == FM_OK ? fm_output_write(to, "\n", 1, error) : status;
}

/* The need or the want of one attribute against every offering. */
static fm_status write_demand(fm_output *to, const explained *of, size_t attribute, bool want,
                              fm_error *error) {
    buffer row = {0};
    buffer demand = {0};
    buffer offer = {0};
    buffer_addf(&row, "%" PRIu64, of->row + 1);
    add_demand(&demand, of, attribute, want);
    fm_status status = FM_OK;
    for (size_t i = 0; i < of->offering_count && status == FM_OK; i++) {
        fm_fit_cell cell = fm_walk_cell(of->walk, of->row, of->offerings[i], attribute);
        fm_demand_state state = want ? cell.want : cell.need;
        bool met = want ? cell.want_met : cell.need_met;
        buffer_clear(&offer);
        add_offer(&offer, of, of->offerings[i], attribute);
        const fm_text cells[] = {
            text_of(buffer_string(&row)),
            fm_base_id(of->session->base, of->row),
            text_of(of->session->model->attributes[attribute].name),
            state == FM_DEMAND_UNASKED ? text_of("?") : (fm_text){buffer_string(&demand), demand.length},
            text_of(want ? "want" : "need"),
            text_of(fm_catalog_offering(of->session->catalog, of->offerings[i])->id),
            (fm_text){buffer_string(&offer), offer.length},
            text_of(state != FM_DEMAND_STATED ? ""
                    : met                     ? "yes"
                                              : "no"),
        };
        status = write_line(to, cells, sizeof cells / sizeof cells[0], error);
    }
    buffer_destroy(&row);
    buffer_destroy(&demand);
    buffer_destroy(&offer);
    return status;
}

fm_status explain_csv(fm_output *to, const explained *of, fm_error *error) {
    fm_status status = FM_OK;
    for (size_t a = 0; a < of->session->model->attribute_count && status == FM_OK; a++) {
        status = write_demand(to, of, a, false, error);
        bool wish = fm_walk_cell(of->walk, of->row, of->result.own, a).want == FM_DEMAND_STATED;
        if (status == FM_OK && wish)
            status = write_demand(to, of, a, true, error);
    }
    return status;
}
