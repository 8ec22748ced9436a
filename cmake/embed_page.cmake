# Writes texts into a C++ file: cmake -DPROGRAM=... -DSTYLE=... -DOUT=... -P embed_page.cmake
# As numbers, since compilers limit the length of a literal.
function(bytes_of path out)
  file(READ "${path}" hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
  string(REGEX REPLACE "('.x[0-9a-f][0-9a-f]',)('.x[0-9a-f][0-9a-f]',)('.x[0-9a-f][0-9a-f]',)('.x[0-9a-f][0-9a-f]',)('.x[0-9a-f][0-9a-f]',)('.x[0-9a-f][0-9a-f]',)('.x[0-9a-f][0-9a-f]',)('.x[0-9a-f][0-9a-f]',)"
         "\\1\\2\\3\\4\\5\\6\\7\\8\n" bytes "${bytes}")
  set(${out} "${bytes}" PARENT_SCOPE)
endfunction()
bytes_of("${PROGRAM}" program)
bytes_of("${STYLE}" style)
file(WRITE "${OUT}" "// Made by cmake/embed_page.cmake from reports/html.
#include \"tools/page_program.hpp\"

namespace lightcone::tools {

namespace {
constexpr char program[] = {\n${program}};
constexpr char style[] = {\n${style}};
}  // namespace

std::string_view page_program() { return {program, sizeof program}; }
std::string_view page_style() { return {style, sizeof style}; }

}  // namespace lightcone::tools
")
