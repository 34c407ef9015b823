/* The parts of the sample that are written by hand. */
#ifndef GEN_SAMPLE_H
#define GEN_SAMPLE_H

#define SAMPLE_SEED 20261031u /* the day it shows */

extern const char SAMPLE_MODEL[]; /* fit.yaml */
extern const char
    SAMPLE_MISTAKES[]; /* rows of customers-with-mistakes.csv, below the header of customers.csv */

#endif
