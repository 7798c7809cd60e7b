// A plugin that never opens.
#include <unistd.h>
__attribute__((constructor)) static void begin(void) { for (;;) pause(); }
