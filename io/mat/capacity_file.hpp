// One cell of the capacity figure in a .mat file: a network at a delay, with the options that made
// it, so that a folder of cells can be gone on with.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "rate/learning/innate/innate_capacity.hpp"

namespace rheobase::io {

/// Writes a cell as a whole or not at all.
void write_capacity_row(const std::filesystem::path& path, const rate::CapacityRow& row,
                        const rate::CapacityOptions& options);

/// The cell of a file.
/// @throws InputError where the file holds none, or one of another delay, network or options than
///         those wanted, with the first field that differs
rate::CapacityRow read_capacity_row(const std::filesystem::path& path, double delay_ms, int network,
                                    const rate::CapacityOptions& wanted);
/// The same from the file's contents; `where` names it in messages.
rate::CapacityRow parse_capacity_row(std::span<const std::byte> bytes, const std::string& where,
                                     double delay_ms, int network,
                                     const rate::CapacityOptions& wanted);

}  // namespace rheobase::io
