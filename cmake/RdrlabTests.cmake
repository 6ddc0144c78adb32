# rdrlab_add_tests(ROOM SOURCES file... [LIBS target...])
#
# Declares the Catch2 tests of one room. Each case becomes a ctest named "ROOM.<sentence>".
find_package(Catch2 2 QUIET)
if(Catch2_FOUND)
    include(Catch)
    add_library(catch_main STATIC ${CMAKE_SOURCE_DIR}/tests/support/catch_main.cpp)
    target_link_libraries(catch_main PUBLIC Catch2::Catch2 host_dialect)
    # gcc 12 sees ghosts in std::regex, which Catch2 uses, when it instruments for sanitizers.
    target_compile_options(catch_main PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
endif()

function(rdrlab_add_tests ROOM)
    cmake_parse_arguments(ARG "" "" "SOURCES;LIBS;PROPERTIES" ${ARGN})
    if(NOT Catch2_FOUND)
        return()
    endif()
    add_executable(${ROOM}_tests ${ARG_SOURCES})
    target_link_libraries(${ROOM}_tests PRIVATE catch_main ${ARG_LIBS})
    set_target_properties(${ROOM}_tests PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    catch_discover_tests(${ROOM}_tests TEST_PREFIX "${ROOM}."
        DISCOVERY_MODE PRE_TEST
        PROPERTIES TIMEOUT 300 ${ARG_PROPERTIES})
endfunction()
