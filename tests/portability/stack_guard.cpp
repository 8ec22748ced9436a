// Debian's division of 128-bit integers for WebAssembly (compiler-rt) was compiled with stack protection,
// whose two names its C library lacks.
#include <cstdint>
#include <cstdlib>

extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): the names are the compiler's.
extern const std::uintptr_t __stack_chk_guard;
const std::uintptr_t __stack_chk_guard = 0x00000AFF;  // a zero byte in front stops copied strings

[[noreturn]] void __stack_chk_fail();
void __stack_chk_fail() { std::abort(); }
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
}
