// What must be true of any bytes whatever. A fuzzer looks for bytes of which it is not; a test tries those
// that were found once. Each ends the program if it fails.
#pragma once

#include <string_view>

namespace lightcone::fuzz {

// Read whole or in pieces a text is the same history, and what is written reads back the same.
void json_lines_read_back(std::string_view text);
void edn_reads_back(std::string_view text);

// Every history gets an answer within its budget. The text is EDN if it begins with ';', else JSON.
void histories_are_judged(std::string_view text);

}  // namespace lightcone::fuzz
