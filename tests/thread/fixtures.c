/* The unit tests' random workspaces, compiled for this program as well. */
#include "../unit/fixture.c"
#include "../unit/fixture_expect.c"
#include "../unit/fixture_tables.c"
