/* Ctrl-C and a closing reader, turned into something that the work can notice and clean up after. */
#ifndef FITMATCH_TOOL_INTERRUPT_H
#define FITMATCH_TOOL_INTERRUPT_H

/* From now on the first SIGINT, SIGTERM or SIGHUP is only noted, a second one kills, and SIGPIPE is an error
 * code. */
void interrupt_install(void);

/* The signal that asked us to stop, or 0. */
int interrupt_signal(void);

/* Ends the program by `signal`, so that whoever started it sees why it ended. */
_Noreturn void interrupt_end(int signal);

#endif
