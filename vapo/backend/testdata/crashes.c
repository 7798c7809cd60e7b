// A plugin that takes the process with it.
__attribute__((constructor)) static void begin(void) { *(volatile int *)0 = 1; }
