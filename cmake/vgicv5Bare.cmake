# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The AArch64 images, built from the host's build by a second run of CMake with the cross compiler.
# Target vgicv5_bare; its build folder is VGICV5_BARE_DIR.

set(VGICV5_BARE_DIR ${PROJECT_BINARY_DIR}/aarch64)
if(VGICV5_BARE_IMAGES)
	include(ExternalProject)
	ExternalProject_Add(vgicv5_bare
		SOURCE_DIR ${PROJECT_SOURCE_DIR}
		BINARY_DIR ${VGICV5_BARE_DIR}
		CMAKE_ARGS -DCMAKE_TOOLCHAIN_FILE=${PROJECT_SOURCE_DIR}/cmake/aarch64-bare.cmake -DVGICV5_BARE=ON
			   -DVGICV5_TESTS=OFF -DVGICV5_INSTALL=OFF -DVGICV5_WERROR=${VGICV5_WERROR}
			   -DCMAKE_BUILD_TYPE=Release
		BUILD_ALWAYS ON
		USES_TERMINAL_BUILD ON
		INSTALL_COMMAND "")
endif()
