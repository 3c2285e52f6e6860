/* Marks where the code begins that is needed only to start something: what build.sh names after this. */
#include "shim.h"

void once(void) {}
