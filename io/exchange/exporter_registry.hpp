#pragma once

#include <span>

#include "io/exchange/exporter.hpp"

namespace rheobase::io {

/// Every exporter of the program, in the order of exchange/CMakeLists.txt.
std::span<const ExporterDefinition* const> registered_exporters();

}  // namespace rheobase::io
