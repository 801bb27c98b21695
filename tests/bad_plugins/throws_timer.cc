// Written in C++ without the glue: an exception leaves its timer.
#define BAD_THROWS_IN Place::timer
#define BAD_TYPE_NAME "bad-throws-timer"
#include "throws.inc"
