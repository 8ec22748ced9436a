# The page of `lightcone report`: TypeScript of reports/html, checked and bundled into the program. Needs node (18
# or later) and npm, which fetches the packages of the lock file once; without either, -DLIGHTCONE_PAGE=OFF.

# lightcone_page(TARGET): adds the page, or its absence, to TARGET.
function(lightcone_page target)
  if(NOT LIGHTCONE_PAGE)
    target_sources(${target} PRIVATE "${PROJECT_SOURCE_DIR}/tools/no_page.cpp")
    return()
  endif()
  find_program(LIGHTCONE_NODE node)
  find_program(LIGHTCONE_NPM npm)
  if(NOT LIGHTCONE_NODE OR NOT LIGHTCONE_NPM)
    message(FATAL_ERROR
      "node and npm are missing; they bundle the page of `lightcone report`. Install them (tools/setup does on "
      "Debian 12), or build without the page: -DLIGHTCONE_PAGE=OFF")
  endif()
  set(source "${PROJECT_SOURCE_DIR}/reports/html")
  set(work "${CMAKE_CURRENT_BINARY_DIR}/page")
  file(GLOB scripts CONFIGURE_DEPENDS "${source}/src/*.ts")
  add_custom_command(
    OUTPUT "${work}/node_modules/.package-lock.json"
    COMMAND "${CMAKE_COMMAND}" -DNPM=${LIGHTCONE_NPM} -DSOURCE=${source} -DWORK=${work}
            -P "${PROJECT_SOURCE_DIR}/cmake/fetch_page_packages.cmake"
    DEPENDS "${source}/package.json" "${source}/package-lock.json"
    COMMENT "Fetching the packages that bundle the page" VERBATIM)
  add_custom_command(
    OUTPUT "${work}/page.js"
    COMMAND "${LIGHTCONE_NODE}" "${work}/node_modules/typescript/bin/tsc" --project "${source}/tsconfig.json"
    COMMAND "${work}/node_modules/.bin/esbuild" "${source}/src/main.ts" --bundle --minify --charset=utf8
            --target=chrome103,firefox115,safari16.4 --log-level=warning "--outfile=${work}/page.js"
    DEPENDS ${scripts} "${source}/tsconfig.json" "${work}/node_modules/.package-lock.json"
    COMMENT "Bundling the page" VERBATIM)
  add_custom_command(
    OUTPUT "${work}/page_program.cpp"
    COMMAND "${CMAKE_COMMAND}" -DPROGRAM=${work}/page.js -DSTYLE=${source}/page.css -DOUT=${work}/page_program.cpp
            -P "${PROJECT_SOURCE_DIR}/cmake/embed_page.cmake"
    DEPENDS "${work}/page.js" "${source}/page.css" "${PROJECT_SOURCE_DIR}/cmake/embed_page.cmake"
    COMMENT "Embedding the page" VERBATIM)
  target_sources(${target} PRIVATE "${work}/page_program.cpp")
endfunction()
