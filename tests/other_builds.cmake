# Read by ctest, not by CMake: tests of the release build that run what other presets built, because
# a run must be the same with every compiler and standard library. tools/test builds them and names
# the presets in LIGHTCONE_OTHER_BUILDS; without that, nothing here is added.
get_filename_component(builds "${CMAKE_CURRENT_LIST_DIR}/../build" ABSOLUTE)
set(presets "$ENV{LIGHTCONE_OTHER_BUILDS}")
foreach(preset IN LISTS presets)
  add_test("sim, built with preset ${preset}" "${builds}/${preset}/tests/test_sim")
  add_test("scenarios, built with preset ${preset}" "${builds}/${preset}/tests/test_scenarios")
endforeach()
