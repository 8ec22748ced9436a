#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fuzz/properties.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  lightcone::fuzz::json_lines_read_back({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
