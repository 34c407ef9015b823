/* What libyaml and broken bytes say, in words for people who write a model now and then. */
#ifndef FITMATCH_WORKSPACE_YAML_PROBLEM_H
#define FITMATCH_WORKSPACE_YAML_PROBLEM_H

#include <fitmatch/status.h>

/** Which of libyaml's two marks shows best where the mistake is. */
typedef enum fm__yaml_mark {
    FM__YAML_MARK_PROBLEM, /**< where it noticed */
    FM__YAML_MARK_CONTEXT, /**< where the thing began that it could not finish */
} fm__yaml_mark;

typedef struct fm__yaml_advice {
    fm__yaml_mark mark;
    const char *words; /**< NULL: no better words are known than libyaml's */
} fm__yaml_advice;

/** Advice for libyaml's `problem`, found while it was doing `context`; either NULLable. */
fm__yaml_advice fm__yaml_explain(const char *problem, const char *context);

/** A byte that no model file may hold. */
typedef struct fm__bad_byte {
    size_t offset;
    const char *reason; /**< NULL when every byte is good */
} fm__bad_byte;

/** The first byte of `content` that is not part of a printable UTF-8 text (tab, CR and LF are). */
fm__bad_byte fm__yaml_bad_byte(fm_text content);

#endif
