# Installs what the lock file of reports/html says into WORK: cmake -DNPM=... -DSOURCE=... -DWORK=... -P ...
file(MAKE_DIRECTORY "${WORK}")
file(COPY "${SOURCE}/package.json" "${SOURCE}/package-lock.json" DESTINATION "${WORK}")
execute_process(
  COMMAND "${NPM}" ci --ignore-scripts --no-audit --no-fund --loglevel=error
  WORKING_DIRECTORY "${WORK}" RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE said)
if(NOT result EQUAL 0)
  # What npm says, without the address of the registry.
  string(REGEX REPLACE "[a-z]+://[^ \n]+" "(the registry)" said "${said}")
  message(FATAL_ERROR
    "npm could not fetch the packages that bundle the page:\n${said}\n"
    "Try again with a network, or build without the page: -DLIGHTCONE_PAGE=OFF")
endif()
file(TOUCH "${WORK}/node_modules/.package-lock.json")
