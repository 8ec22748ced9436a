# What `cmake --install` puts where, and the package that find_package(Lightcone) finds:
#   Lightcone::sim Lightcone::models Lightcone::faults Lightcone::scenarios Lightcone::reports   the libraries
#   Lightcone::program                                                                          all verbs, for any models

include(CMakePackageConfigHelpers)

set(lightcone_include "${CMAKE_INSTALL_INCLUDEDIR}/lightcone")
set(lightcone_package "${CMAKE_INSTALL_LIBDIR}/cmake/Lightcone")

foreach(layer sim models faults scenarios reports)
  set_target_properties(lightcone_${layer} PROPERTIES EXPORT_NAME ${layer})
  target_include_directories(lightcone_${layer} INTERFACE "$<INSTALL_INTERFACE:${lightcone_include}>")
  install(TARGETS lightcone_${layer} EXPORT lightcone)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/${layer}" DESTINATION "${lightcone_include}"
    FILES_MATCHING PATTERN "*.hpp")
endforeach()
set_target_properties(lightcone_fmt PROPERTIES EXPORT_NAME fmt)
install(TARGETS lightcone_fmt EXPORT lightcone)

if(LIGHTCONE_TOOLS)
  foreach(library input hunt program)
    set_target_properties(lightcone_${library} PROPERTIES EXPORT_NAME ${library})
    target_include_directories(lightcone_${library} INTERFACE "$<INSTALL_INTERFACE:${lightcone_include}>")
    install(TARGETS lightcone_${library} EXPORT lightcone)
  endforeach()
  install(FILES "${PROJECT_SOURCE_DIR}/tools/program.hpp" DESTINATION "${lightcone_include}/tools")
  install(TARGETS lightcone)
  # What the program writes about itself.
  set(written "${PROJECT_BINARY_DIR}/written")
  file(MAKE_DIRECTORY "${written}")
  add_custom_command(
    OUTPUT "${written}/lightcone.1" "${written}/lightcone" "${written}/_lightcone" "${written}/lightcone.fish"
    COMMAND lightcone man > "${written}/lightcone.1"
    COMMAND lightcone completion bash > "${written}/lightcone"
    COMMAND lightcone completion zsh > "${written}/_lightcone"
    COMMAND lightcone completion fish > "${written}/lightcone.fish"
    DEPENDS lightcone VERBATIM)
  add_custom_target(written ALL DEPENDS "${written}/lightcone.1")
  install(FILES "${written}/lightcone.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
  install(FILES "${written}/lightcone" DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
  install(FILES "${written}/_lightcone" DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions")
  install(FILES "${written}/lightcone.fish" DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
endif()

install(DIRECTORY "${PROJECT_SOURCE_DIR}/tools/cluster" DESTINATION "${CMAKE_INSTALL_DATADIR}/lightcone"
  USE_SOURCE_PERMISSIONS)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/scenarios" DESTINATION "${CMAKE_INSTALL_DATADIR}/lightcone"
  FILES_MATCHING PATTERN "*.json")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" "${PROJECT_SOURCE_DIR}/README.md" DESTINATION "${CMAKE_INSTALL_DOCDIR}")

install(EXPORT lightcone NAMESPACE Lightcone:: DESTINATION "${lightcone_package}" FILE LightconeTargets.cmake)
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/LightconeConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/LightconeConfig.cmake" INSTALL_DESTINATION "${lightcone_package}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/LightconeConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/LightconeConfig.cmake" "${PROJECT_BINARY_DIR}/LightconeConfigVersion.cmake"
  DESTINATION "${lightcone_package}")
