# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# vgicv5_add_core(<target> PORT <dir>... [FLAGS <flag>...] [NAME <name>])
#
# A static library of the core, built for one port. PORT names the folders that hold vgicv5_port.h and
# vgicv5_types.h; users of <target> get them, and the public headers, by linking it. FLAGS are further options for
# the compiler, for instance -ffreestanding -nostdinc. With NAME there is an alias vgicv5::<name>. The port's extern
# functions (include/vgicv5/port.h) are for the caller to link.
#
# This file is installed with the core's sources, so that it works the same after find_package(vgicv5).

function(vgicv5_add_core target)
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "NAME" "PORT;FLAGS")
	if(NOT arg_PORT OR arg_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "vgicv5_add_core(<target> PORT <dir>... [FLAGS <flag>...] [NAME <name>])")
	endif()
	# In the source tree, or installed below lib or lib/<architecture>.
	find_path(VGICV5_CORE_DIR core/hyp PATHS ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/..
		  ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../../../share/vgicv5
		  ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../../../../share/vgicv5 NO_CACHE REQUIRED NO_DEFAULT_PATH)
	set(core ${VGICV5_CORE_DIR}/core)
	file(GLOB sources CONFIGURE_DEPENDS ${core}/*.c ${core}/hyp/*.c)
	add_library(${target} STATIC ${sources})
	foreach(dir IN LISTS arg_PORT)
		get_filename_component(dir ${dir} ABSOLUTE)
		if(NOT IS_DIRECTORY ${dir})
			message(FATAL_ERROR "vgicv5_add_core(${target}): PORT names ${dir}, which is no folder")
		endif()
		target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${dir}>)
	endforeach()
	target_include_directories(${target} PRIVATE ${core})
	target_link_libraries(${target} PUBLIC vgicv5::arch)
	if(TARGET vgicv5::warnings)
		target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:vgicv5::warnings>)
	endif()
	target_compile_options(${target} PRIVATE ${arg_FLAGS})
	target_compile_features(${target} PRIVATE c_std_11)
	if(arg_NAME)
		add_library(vgicv5::${arg_NAME} ALIAS ${target})
		set_target_properties(${target} PROPERTIES EXPORT_NAME ${arg_NAME})
	endif()
endfunction()
