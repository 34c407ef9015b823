/* The commands of fitmatch. */
#ifndef FITMATCH_TOOL_COMMANDS_H
#define FITMATCH_TOOL_COMMANDS_H

typedef struct command {
    const char *name;
    const char *summary;                     /* one line */
    int (*run)(int count, char **arguments); /* arguments[0] is the command's name; gives an end code */
} command;

extern const command match_command;
extern const command check_command;
extern const command explain_command;
extern const command summary_command;
extern const command encode_command;
extern const command walkaway_command;
extern const command segments_command;
extern const command matrix_command;
extern const command questions_command;
extern const command promises_command;
extern const command profile_command;
extern const command deals_command;
extern const command care_command;
extern const command diff_command;
extern const command roadmap_command;
extern const command whatif_command;

#endif
