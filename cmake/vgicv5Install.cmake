# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Install rules: headers, the core's sources for other ports, the host libraries, find_package and pkg-config files.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(targets vgicv5_arch)
set(pc_libs "")
# In link order: users before what they use.
foreach(part IN ITEMS core_host hal_host soft)
	if(TARGET vgicv5::${part})
		get_target_property(real vgicv5::${part} ALIASED_TARGET)
		set_target_properties(${real} PROPERTIES EXPORT_NAME ${part})
		list(APPEND targets ${real})
		get_target_property(type ${real} TYPE)
		if(NOT type STREQUAL INTERFACE_LIBRARY)
			string(APPEND pc_libs " -l${real}")
		endif()
	endif()
endforeach()

foreach(target IN LISTS targets)
	# Port and software GICv5 take their integer types from the POSIX port; vgicv5::arch leaves that to its users.
	if(NOT target STREQUAL vgicv5_arch)
		target_include_directories(${target} INTERFACE
			$<INSTALL_INTERFACE:include> $<INSTALL_INTERFACE:include/vgicv5_hal/host>)
	endif()
endforeach()
install(TARGETS ${targets} EXPORT vgicv5 ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/vgicv5 DESTINATION include FILES_MATCHING PATTERN "*.h")
install(DIRECTORY hal/soft/include/vgicv5_soft DESTINATION include FILES_MATCHING PATTERN "*.h")
install(DIRECTORY hal/host hal/common DESTINATION include/vgicv5_hal FILES_MATCHING PATTERN "vgicv5_*.h")
foreach(dir IN ITEMS core hal/aarch64 hal/common hal/template)
	if(EXISTS ${PROJECT_SOURCE_DIR}/${dir})
		get_filename_component(parent share/vgicv5/${dir} DIRECTORY)
		install(DIRECTORY ${dir} DESTINATION ${parent} FILES_MATCHING PATTERN "*.[ch]")
	endif()
endforeach()
install(DIRECTORY LICENSES DESTINATION share/vgicv5)

set(dest ${CMAKE_INSTALL_LIBDIR}/cmake/vgicv5)
install(EXPORT vgicv5 NAMESPACE vgicv5:: FILE vgicv5Targets.cmake DESTINATION ${dest})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/vgicv5ConfigVersion.cmake COMPATIBILITY SameMinorVersion)
configure_package_config_file(cmake/vgicv5Config.cmake.in ${PROJECT_BINARY_DIR}/vgicv5Config.cmake INSTALL_DESTINATION ${dest})
install(FILES ${PROJECT_BINARY_DIR}/vgicv5Config.cmake ${PROJECT_BINARY_DIR}/vgicv5ConfigVersion.cmake
	      cmake/vgicv5Core.cmake DESTINATION ${dest})
file(RELATIVE_PATH pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/vgicv5.pc.in ${PROJECT_BINARY_DIR}/vgicv5.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/vgicv5.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
