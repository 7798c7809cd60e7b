// A shared library that is no plugin.
int nothing;
