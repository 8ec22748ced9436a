# The libraries that all layers are compiled with.

# lightcone_headers_of(TARGET HEADER): a library of which only the headers are used.
function(lightcone_headers_of target header)
  string(MAKE_C_IDENTIFIER "LIGHTCONE_${target}_INCLUDE_DIR" folder)
  find_path(${folder} ${header} PATHS /usr/include REQUIRED)
  add_library(${target} INTERFACE IMPORTED)
  target_include_directories(${target} INTERFACE "${${folder}}")
endfunction()

if(CMAKE_SYSTEM_PROCESSOR STREQUAL "wasm32")
  # Installed packages are of the machine that builds, and say so; their headers fit any.
  lightcone_headers_of(Boost::headers boost/version.hpp)
  lightcone_headers_of(fmt::fmt-header-only fmt/format.h)
  lightcone_headers_of(nlohmann_json::nlohmann_json nlohmann/json.hpp)
  target_compile_definitions(fmt::fmt-header-only INTERFACE FMT_HEADER_ONLY=1)
else()
  find_package(Boost 1.81 REQUIRED)
  find_package(fmt REQUIRED)
  find_package(nlohmann_json REQUIRED)
endif()

add_library(lightcone_fmt INTERFACE)
if(LIGHTCONE_FMT_HEADER_ONLY)
  target_link_libraries(lightcone_fmt INTERFACE fmt::fmt-header-only)
else()
  target_link_libraries(lightcone_fmt INTERFACE fmt::fmt)
endif()
