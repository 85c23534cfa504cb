#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

namespace rheobase::io {

/// What `read` makes of an HDF5 file, in a process of its own: the library trusts what it reads.
/// @throws InputError of `read`, and of `where` where the library gives up
std::string isolated_hdf5(std::span<const std::byte> bytes, const std::string& where,
                          const std::function<std::string()>& read);

}  // namespace rheobase::io
