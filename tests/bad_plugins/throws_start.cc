// Written in C++ without the glue: an exception leaves its start.
#define BAD_THROWS_IN Place::start
#define BAD_TYPE_NAME "bad-throws-start"
#include "throws.inc"
