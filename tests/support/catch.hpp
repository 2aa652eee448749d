// SPDX-License-Identifier: Apache-2.0
#pragma once

// Catch2 2.13 of Debian 12, or version 3 where that is installed.
#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
