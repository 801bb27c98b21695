// Written in C++ without the glue: an exception leaves its deliver.
#define BAD_THROWS_IN Place::deliver
#define BAD_TYPE_NAME "bad-throws-deliver"
#include "throws.inc"
