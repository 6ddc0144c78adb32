# Flags travel by INTERFACE targets, never by global variables: a room gets what it links.
#
#   warnings         the warning set of all our own code
#   host_dialect     host country: C++20, the standard library, no exceptions thrown by us
#   kernel_dialect   NT country that also builds for a real kernel: freestanding, no exceptions, no RTTI
#   nt_host_dialect  *_host.cpp files of NT country: the NT headers and the standard library together

add_library(warnings INTERFACE)
target_compile_options(warnings INTERFACE
    -Wall -Wextra -Wshadow -Wno-unused-parameter -Wno-missing-field-initializers
    $<$<BOOL:${RDRLAB_WERROR}>:-Werror>)

# Sanitizers and reproducible paths hold for every target alike, so that objects can be mixed freely.
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}=. -fno-omit-frame-pointer)
if(RDRLAB_SANITIZE)
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-sanitize=vptr)
    add_link_options(-fsanitize=address,undefined)
    add_compile_definitions(RDRLAB_SANITIZE=1)
endif()

add_library(host_dialect INTERFACE)
target_compile_features(host_dialect INTERFACE cxx_std_20)
target_include_directories(host_dialect INTERFACE ${CMAKE_SOURCE_DIR})
target_link_libraries(host_dialect INTERFACE warnings)

# What every NT source needs, wherever it is compiled: 16-bit wchar_t, Microsoft's anonymous members, four-letter tags.
add_library(nt_abi INTERFACE)
target_compile_options(nt_abi INTERFACE
    -fshort-wchar -fms-extensions -Wno-multichar -Wno-unknown-pragmas
    $<$<CXX_COMPILER_ID:Clang>:-Wno-microsoft>)

# An exception of a test passes through kernel frames; gcc describes them unasked, clang does not when freestanding.
add_library(kernel_dialect INTERFACE)
target_compile_options(kernel_dialect INTERFACE
    -ffreestanding -fno-strict-aliasing -fvisibility=hidden
    $<$<CXX_COMPILER_ID:Clang>:-fasynchronous-unwind-tables>
    $<$<COMPILE_LANGUAGE:CXX>:-nostdinc++>
    $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>
    $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>
    $<$<COMPILE_LANGUAGE:CXX>:-fno-threadsafe-statics>
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-fno-gnu-unique>)
target_link_libraries(kernel_dialect INTERFACE nt_abi warnings)

add_library(nt_host_dialect INTERFACE)
target_compile_options(nt_host_dialect INTERFACE -fno-strict-aliasing)
target_compile_definitions(nt_host_dialect INTERFACE RDRLAB_NT_HOST=1)
target_include_directories(nt_host_dialect INTERFACE ${CMAKE_SOURCE_DIR})
target_link_libraries(nt_host_dialect INTERFACE nt_abi warnings)
