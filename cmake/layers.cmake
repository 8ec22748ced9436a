# One static library for each top-level folder. A folder's sources are all .cpp files below it, so
# that adding a file needs no edit here; which folder may include which is checked by tests/tree.

add_library(lightcone_options INTERFACE)
target_compile_features(lightcone_options INTERFACE cxx_std_20)
# -Wrestrict of g++ 12 sees overlaps of 2^63 bytes in additions of strings (GCC bug 105651).
# Positions in logs and other numbers have 64 bits on every machine and are indices, too: where std::size_t has
# 32, a warning at each would hide the few that matter. What is really cut off changes a fingerprint.
target_compile_options(lightcone_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<EQUAL:${CMAKE_SIZEOF_VOID_P},4>:-Wno-shorten-64-to-32>
  $<$<BOOL:${LIGHTCONE_WERROR}>:-Werror>)

# lightcone_layer(NAME DEPENDENCY...): the library lightcone_NAME from the folder that calls it.
function(lightcone_layer name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL "wasm32")
    list(FILTER sources EXCLUDE REGEX "/sim/asio/")  # Asio wants a system with threads and sockets
  endif()
  if(NOT sources)
    add_library(lightcone_${name} INTERFACE)
    target_link_libraries(lightcone_${name} INTERFACE ${ARGN})
    target_include_directories(lightcone_${name} INTERFACE "${PROJECT_SOURCE_DIR}")
    return()
  endif()
  add_library(lightcone_${name} STATIC ${sources})
  target_include_directories(lightcone_${name} PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>")
  target_link_libraries(lightcone_${name} PUBLIC ${ARGN} PRIVATE $<BUILD_INTERFACE:lightcone_options>)
endfunction()
