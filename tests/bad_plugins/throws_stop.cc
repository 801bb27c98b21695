// Written in C++ without the glue: an exception leaves its stop.
#define BAD_THROWS_IN Place::stop
#define BAD_TYPE_NAME "bad-throws-stop"
#include "throws.inc"
