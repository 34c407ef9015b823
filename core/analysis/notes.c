#include "analysis/notes.h"

#include "support/text.h"

bool fm__note_lacking(fm_report *report, const fm_base *base, fm_role role, const char *so) {
    char shown[FM__SHOW_BYTES];
    if (fm__base_find_role(base, role) != SIZE_MAX)
        return true;
    const char *column = fm_model_role_column(base->model, role);
    if (column == NULL)
        return fm__report_add_note(report, "The model names no column for `%s`, so %s.", fm_role_name(role),
                                   so);
    return fm__report_add_note(report, "The customers' table has no column \"%s\" (%s), so %s.",
                               fm__text_show(fm__text(column), shown), fm_role_name(role), so);
}
