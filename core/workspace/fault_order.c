#include "workspace/fault_order.h"

#include <stdlib.h>

typedef struct ordered_fault {
    fm_error fault;
    size_t place; /* in which it was found; breaks ties */
} ordered_fault;

struct fm__fault_order {
    fm_faults sink;
    fm__fault_log logs[FM__FAULT_PASSES];
    ordered_fault faults[FM__FAULT_PASSES * FM_FAULTS_MAX];
    size_t count;
};

static void collect(void *context, const fm_error *fault) {
    fm__fault_order *order = context;
    order->faults[order->count] = (ordered_fault){*fault, order->count};
    order->count++;
}

fm__fault_order *fm__fault_order_new(void) {
    fm__fault_order *order = calloc(1, sizeof *order);
    if (order == NULL)
        return NULL;
    order->sink = (fm_faults){.report = collect, .context = order};
    for (size_t i = 0; i < FM__FAULT_PASSES; i++)
        fm__fault_log_init(&order->logs[i], &order->sink);
    return order;
}

fm__fault_log *fm__fault_order_log(fm__fault_order *order, size_t pass) {
    return &order->logs[pass];
}

static int compare_places(const void *a, const void *b) {
    const ordered_fault *x = a;
    const ordered_fault *y = b;
    if (x->fault.line != y->fault.line)
        return x->fault.line < y->fault.line ? -1 : 1;
    if (x->fault.column != y->fault.column)
        return x->fault.column < y->fault.column ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

fm_status fm__fault_order_report(fm__fault_order *order, const fm_faults *faults, fm_error *error) {
    if (order->count == 0)
        return FM_OK;
    qsort(order->faults, order->count, sizeof order->faults[0], compare_places);
    for (size_t i = 0; i < order->count && i < FM_FAULTS_MAX; i++)
        fm__fault_pass(faults, &order->faults[i].fault);
    if (error != NULL)
        *error = order->faults[0].fault;
    return FM_ERROR_INPUT;
}

void fm__fault_order_free(fm__fault_order *order) {
    free(order);
}

void fm__fault_pass(const fm_faults *faults, const fm_error *fault) {
    if (faults != NULL && faults->report != NULL)
        faults->report(faults->context, fault);
}
