#pragma once

#include <span>

#include "exchange/exporter.hpp"

namespace rheobase {

/// Every exporter of the program, in the order of exchange/CMakeLists.txt.
std::span<const ExporterDefinition* const> registered_exporters();

}  // namespace rheobase
