#include <fitmatch/status.h>

#ifndef FM_VERSION
#define FM_VERSION "0.1.0"
#endif

const char *fm_version(void) {
    return FM_VERSION;
}
