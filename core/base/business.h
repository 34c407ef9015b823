/* Business columns of customers: what their cells may say. */
#ifndef FITMATCH_BASE_BUSINESS_H
#define FITMATCH_BASE_BUSINESS_H

#include <fitmatch/model.h>

/** What a business cell means, where the engine needs it. */
typedef struct fm__business {
    double value;        /**< FM_ROLE_VALUE: money, 0 where blank */
    unsigned char stage; /**< FM_ROLE_STAGE: 1 + place in the model's stages, 0 where blank */
} fm__business;

/**
 * Checks a cell against its role.
 *
 * @param cell   as it was read.
 * @param out_business only the member of the role is set.
 * @param reason gets what is wrong (FM__REASON_BYTES of model/cell.h) when the answer is false.
 */
bool fm__business_read(const fm_model_spec *model, fm_role role, fm_text cell, fm__business *out_business,
                       char *reason);

/** Reads money written as nothing but up to 15 digits and a point, as nearly all is: the same number in less
 * time. False: fm__business_read has to look. */
bool fm__business_plain_money(fm_text cell, double *out_money);

/** The same for up to 8 bytes, or none, that have as many readable ones behind them: no loop and no branch
 * that depends on how long numbers are. */
bool fm__business_short_money(fm_text cell, double *out_money);

/** Checks money that was handed over as a number; NaN is blank. `reason` as above. */
bool fm__business_money(double money, fm__business *out_business, char *reason);

#endif
