// The one main() of every test program; compiled once because Catch2's runner is heavy.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
