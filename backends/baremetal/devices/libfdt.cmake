# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Target shell_libfdt: what the shell uses of libfdt, built from the sources that tools/fetch brings. The target does
# not exist where they cannot be had.
if(NOT DEFINED SHELL_LIBFDT_DIR)
	execute_process(COMMAND ${PROJECT_SOURCE_DIR}/tools/fetch libfdt OUTPUT_VARIABLE SHELL_LIBFDT_DIR
			OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
	set(SHELL_LIBFDT_DIR ${SHELL_LIBFDT_DIR} CACHE PATH "Folder with the sources of libfdt")
	if(failed)
		message(WARNING "no sources of libfdt: the EL2 shell is not built")
		unset(SHELL_LIBFDT_DIR CACHE)
	endif()
endif()
if(SHELL_LIBFDT_DIR AND NOT TARGET shell_libfdt)
	set(shell_libfdt_sources fdt.c fdt_ro.c fdt_sw.c fdt_addresses.c)
	list(TRANSFORM shell_libfdt_sources PREPEND ${SHELL_LIBFDT_DIR}/)
	add_library(shell_libfdt STATIC ${shell_libfdt_sources})
	# Foreign code: our warnings are not its own.
	target_include_directories(shell_libfdt SYSTEM PUBLIC ${SHELL_LIBFDT_DIR})
endif()
