# rdrlab_add_driver(NAME SOURCES... [LIBS target...] [NO_RDBSS])
#
# Turns WDK-style C or C++ driver sources into a module NAME.so that `rdrlab run --driver NAME.so` (or a scenario's
# load_driver) loads through DriverEntry. The module links its own copy of rdbss, as a mini-redirector does on Windows,
# unless NO_RDBSS is given. A kernel routine that does not exist is a link error, as with the WDK.
function(rdrlab_add_driver NAME)
    cmake_parse_arguments(ARG "NO_RDBSS" "" "SOURCES;LIBS" ${ARGN})
    list(APPEND ARG_SOURCES ${ARG_UNPARSED_ARGUMENTS})
    add_library(${NAME} MODULE ${ARG_SOURCES})
    set_target_properties(${NAME} PROPERTIES PREFIX "" C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden
        LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/drivers)
    target_compile_options(${NAME} PRIVATE -ffreestanding -fno-strict-aliasing
        $<$<CXX_COMPILER_ID:Clang>:-fasynchronous-unwind-tables>
        $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions> $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>
        $<$<COMPILE_LANGUAGE:CXX>:-fno-threadsafe-statics>
        $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-fno-gnu-unique>)
    target_compile_definitions(${NAME} PRIVATE _KERNEL_MODE=1)
    target_link_libraries(${NAME} PRIVATE ${ARG_LIBS})
    if(NOT ARG_NO_RDBSS)
        target_link_libraries(${NAME} PRIVATE rdbss)
    endif()
    target_link_libraries(${NAME} PRIVATE ddk engine)
    target_link_options(${NAME} PRIVATE -Wl,-Bsymbolic)
    if(NOT RDRLAB_SANITIZE)
        target_link_options(${NAME} PRIVATE -Wl,--no-undefined)
    endif()
endfunction()
