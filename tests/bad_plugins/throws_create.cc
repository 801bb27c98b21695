// Written in C++ without the glue: an exception leaves its create.
#define BAD_THROWS_IN Place::create
#define BAD_TYPE_NAME "bad-throws-create"
#include "throws.inc"
