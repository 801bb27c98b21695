// The one main of every Catch2 executable. Must not know any test.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
