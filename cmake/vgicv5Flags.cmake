# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Flags of all that is built here. vgicv5::warnings is an INTERFACE target: link it PRIVATE.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE AND PROJECT_IS_TOP_LEVEL)
	set(CMAKE_BUILD_TYPE Debug CACHE STRING "" FORCE)
endif()

add_library(vgicv5_warnings INTERFACE)
add_library(vgicv5::warnings ALIAS vgicv5_warnings)
target_compile_options(vgicv5_warnings INTERFACE
	$<$<COMPILE_LANGUAGE:C>:-Wall;-Wextra;-Wconversion;-Wshadow;-Wstrict-prototypes;-Wmissing-prototypes>
	$<$<COMPILE_LANGUAGE:C>:-Wdeclaration-after-statement;-Wvla>
	$<$<BOOL:${VGICV5_WERROR}>:-Werror>)

if(VGICV5_SANITIZE)
	add_compile_options(-fsanitize=${VGICV5_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
	add_link_options(-fsanitize=${VGICV5_SANITIZE})
endif()
if(VGICV5_COVERAGE)
	add_compile_options(--coverage -fprofile-update=atomic)
	add_link_options(--coverage)
endif()

# Adds each folder that has a CMakeLists.txt.
function(vgicv5_parts)
	foreach(part IN LISTS ARGN)
		if(EXISTS ${PROJECT_SOURCE_DIR}/${part}/CMakeLists.txt)
			add_subdirectory(${PROJECT_SOURCE_DIR}/${part} ${PROJECT_BINARY_DIR}/${part})
		endif()
	endforeach()
endfunction()
