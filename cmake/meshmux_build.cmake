# How everything of ours is compiled, and the helpers the rooms use. Knows no room.

add_library(meshmux_flags INTERFACE)
target_compile_options(meshmux_flags INTERFACE
  -Wall -Wextra -Wpedantic -Werror -fno-common
  $<$<COMPILE_LANGUAGE:CXX>:-Wshadow -Wnon-virtual-dtor -Woverloaded-virtual>
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
target_link_options(meshmux_flags INTERFACE -Wl,-z,relro -Wl,-z,now)
if(MESHMUX_SANITIZE)
  target_compile_options(meshmux_flags INTERFACE -fsanitize=${MESHMUX_SANITIZE}
                         -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(meshmux_flags INTERFACE -fsanitize=${MESHMUX_SANITIZE})
endif()
if(MESHMUX_FUZZ)
  target_compile_options(meshmux_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# meshmux_library(NAME DIR... LINK lib...): a static library of every .cc in the directories.
function(meshmux_library name)
  cmake_parse_arguments(arg "" "" "DIRS;LINK;EXCLUDE" ${ARGN})
  set(sources "")
  foreach(dir ${arg_DIRS})
    file(GLOB found CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${dir}/*.cc)
    list(APPEND sources ${found})
  endforeach()
  foreach(pattern ${arg_EXCLUDE})
    list(FILTER sources EXCLUDE REGEX ${pattern})
  endforeach()
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC ${arg_LINK} PRIVATE meshmux_flags)
endfunction()

# meshmux_add_plugin(name SOURCES ... LINK ...): a loadable plugin that exports its entry only.
function(meshmux_add_plugin name)
  cmake_parse_arguments(arg "TEST_ONLY" "OUTPUT_DIRECTORY" "SOURCES;LINK" ${ARGN})
  if(NOT arg_OUTPUT_DIRECTORY)
    set(arg_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/meshmux/plugins)
  endif()
  add_library(plugin_${name} MODULE ${arg_SOURCES})
  set_target_properties(plugin_${name} PROPERTIES
    PREFIX "" OUTPUT_NAME ${name} LIBRARY_OUTPUT_DIRECTORY ${arg_OUTPUT_DIRECTORY})
  target_link_libraries(plugin_${name} PRIVATE meshmux_flags ${arg_LINK})
  target_link_options(plugin_${name} PRIVATE
    -Wl,--version-script=${CMAKE_SOURCE_DIR}/cmake/plugin.map -Wl,--exclude-libs,ALL)
  set_target_properties(plugin_${name} PROPERTIES LINK_DEPENDS ${CMAKE_SOURCE_DIR}/cmake/plugin.map)
  if(NOT MESHMUX_SANITIZE)
    target_link_options(plugin_${name} PRIVATE -Wl,-z,defs)
  endif()
  if(NOT arg_TEST_ONLY)
    install(TARGETS plugin_${name} LIBRARY DESTINATION ${MESHMUX_PLUGIN_INSTALL_DIR})
  endif()
endfunction()

# meshmux_unit_test(name DIR LINK ...): one Catch2 executable of every .cc in DIR, run by ctest.
function(meshmux_unit_test name dir)
  cmake_parse_arguments(arg "" "" "LINK;DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${dir}/*.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE meshmux_flags meshmux_catch_main ${arg_LINK})
  target_compile_definitions(${name} PRIVATE
    MESHMUX_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data" MESHMUX_BUILD_DIR="${CMAKE_BINARY_DIR}"
    MESHMUX_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  if(arg_DEPENDS)
    add_dependencies(${name} ${arg_DEPENDS})
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300 LABELS unit)
endfunction()
