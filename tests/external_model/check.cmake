# Installs Lightcone into a scratch folder, builds the model beside this file against it, and runs it.
#   cmake -DBUILD=... -DSCRATCH=... -DCOMPILER=... -DFLAGS=... -P check.cmake
file(REMOVE_RECURSE "${SCRATCH}")
set(prefix "${SCRATCH}/prefix")

function(run expected)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result STREQUAL expected)
    message(FATAL_ERROR "${ARGN}\nended with ${result} instead of ${expected}:\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

run(0 ${CMAKE_COMMAND} --install "${BUILD}" --prefix "${prefix}")
foreach(file bin/lightcone share/man/man1/lightcone.1 share/bash-completion/completions/lightcone
    share/lightcone/scenarios/schema.json share/lightcone/scenarios/raft/leader-partition.json
    include/lightcone/sim/model.hpp)
  if(NOT EXISTS "${prefix}/${file}")
    message(FATAL_ERROR "${file} was not installed")
  endif()
endforeach()
run(0 "${prefix}/bin/lightcone" list scenarios)
if(NOT output MATCHES "share/lightcone/scenarios/raft/leader-partition.json")
  message(FATAL_ERROR "the installed program does not find its scenarios:\n${output}")
endif()

set(model "${CMAKE_CURRENT_LIST_DIR}")
run(0 ${CMAKE_COMMAND} -G Ninja -S "${model}" -B "${SCRATCH}/build" "-DCMAKE_PREFIX_PATH=${prefix}"
  "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_FLAGS=${FLAGS}" -DCMAKE_BUILD_TYPE=Debug)
run(0 ${CMAKE_COMMAND} --build "${SCRATCH}/build")
set(program "${SCRATCH}/build/one-register")
set(scenario "${model}/scenarios/power-failure.json")
run(0 "${program}" run "${scenario}" --seeds 1..5 --quiet)
run(1 "${program}" run "${scenario}" --bug one-register.ack-before-fsync --quiet)
run(0 "${program}" doc one-register)
run(0 "${program}" run "${prefix}/share/lightcone/scenarios/raft/leader-partition.json" --quiet)
