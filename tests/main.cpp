// Wide enough for "file:line: message" to stay on one line.
#define CATCH_CONFIG_CONSOLE_WIDTH 240
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
