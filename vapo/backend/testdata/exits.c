// A plugin that ends the process as if all were well.
#include <stdlib.h>
__attribute__((constructor)) static void begin(void) { _Exit(0); }
