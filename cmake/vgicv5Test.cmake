# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Tests. One that cannot run for want of a network prints "SKIPPED: no network: <what is missing>" and returns 77;
# tools/check lists those, and fails for any other reason.

find_package(PkgConfig REQUIRED)
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
find_package(Threads REQUIRED)

set(VGICV5_TEST_LABELS unit soft core stress fuzz sanitize el2 linux-guest kvm xen docs style)
foreach(label IN LISTS VGICV5_TEST_LABELS)
	add_custom_target(tests-${label})
endforeach()

# vgicv5_add_test(NAME <n> LABELS <l>... SOURCES <s>... [LIBS <l>...] [ARGS <a>...] [TIMEOUT <seconds>])
#
# A cmocka program, named test_<n> as a target and <n> in ctest; target tests-<label> builds all of a label. LIBS may name any target or library.
function(vgicv5_add_test)
	cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;TIMEOUT" "LABELS;SOURCES;LIBS;ARGS")
	if(NOT arg_NAME OR NOT arg_LABELS OR NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "vgicv5_add_test: NAME, LABELS and SOURCES are needed; not known: ${arg_UNPARSED_ARGUMENTS}")
	endif()
	add_executable(test_${arg_NAME} ${arg_SOURCES})
	target_link_libraries(test_${arg_NAME} PRIVATE ${arg_LIBS} vgicv5::arch vgicv5::warnings PkgConfig::CMOCKA
						       Threads::Threads)
	add_test(NAME ${arg_NAME} COMMAND test_${arg_NAME} ${arg_ARGS})
	_vgicv5_test_properties(${arg_NAME} "${arg_LABELS}" "${arg_TIMEOUT}" test_${arg_NAME})
endfunction()

# vgicv5_add_command_test(NAME <n> LABELS <l>... COMMAND <c>... [DEPENDS <target>...] [TIMEOUT <seconds>] [RUN_SERIAL])
#
# A script or program that follows the same rules. DEPENDS are the targets that it needs built. It runs in the top
# folder of the sources.
function(vgicv5_add_command_test)
	cmake_parse_arguments(PARSE_ARGV 0 arg "RUN_SERIAL" "NAME;TIMEOUT" "LABELS;COMMAND;DEPENDS")
	if(NOT arg_NAME OR NOT arg_LABELS OR NOT arg_COMMAND OR arg_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "vgicv5_add_command_test: NAME, LABELS and COMMAND are needed; not known: "
				    "${arg_UNPARSED_ARGUMENTS}")
	endif()
	add_test(NAME ${arg_NAME} COMMAND ${arg_COMMAND} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
	_vgicv5_test_properties(${arg_NAME} "${arg_LABELS}" "${arg_TIMEOUT}" ${arg_DEPENDS})
	set_tests_properties(${arg_NAME} PROPERTIES RUN_SERIAL ${arg_RUN_SERIAL})
endfunction()

function(_vgicv5_test_properties name labels timeout)
	foreach(label IN LISTS labels)
		if(NOT label IN_LIST VGICV5_TEST_LABELS)
			message(FATAL_ERROR "test ${name}: label ${label} is none of ${VGICV5_TEST_LABELS}")
		endif()
		if(ARGN)
			add_dependencies(tests-${label} ${ARGN})
		endif()
	endforeach()
	if(NOT timeout)
		set(timeout 120)
	endif()
	# A limit only ends what hangs. It is written down as for an idle machine, and machines are shared and noisy.
	math(EXPR timeout "${timeout} * 3")
	if(VGICV5_SANITIZE)
		math(EXPR timeout "${timeout} * 3")
	endif()
	set_tests_properties(${name} PROPERTIES LABELS "${labels}" TIMEOUT ${timeout} SKIP_RETURN_CODE 77)
endfunction()

# vgicv5_missing_test(NAME <n> LABELS <l>... REASON <text>)
#
# A test that cannot even be built: it is skipped, and tools/check tells why. REASON begins with "no network".
function(vgicv5_missing_test)
	cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;REASON" "LABELS")
	vgicv5_add_command_test(NAME ${arg_NAME} LABELS ${arg_LABELS}
				COMMAND sh -c "echo 'SKIPPED: ${arg_REASON}'; exit 77")
endfunction()
