#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/mat/internal/hdf5_handle.hpp"

// Included by sources of io only, as hdf5_handle.hpp. All functions throw Error where the library
// fails.
namespace rheobase::io {

/// An HDF5 file in memory. @throws InputError in the name of `where` for other bytes
Hdf5Handle open_hdf5_image(std::span<const std::byte> bytes, const std::string& where);

/// Names of what is in a group, in the order of the alphabet.
std::vector<std::string> member_names(hid_t group);

/// Why a member is not looked at: it lies in another file, or is a link to a name; empty: a proper
/// member.
std::string link_obstacle(hid_t group, const std::string& name);

/// Why the numbers of a dataset cannot be there: they lie in another file, or the file stores far
/// less than the extents say, more than deflate can compress; empty: they may be.
std::string storage_obstacle(hid_t set);

bool has_attribute(hid_t object, const std::string& name);
/// Text of fixed or variable length, whatever its padding; empty where there is none.
std::string text_attribute(hid_t object, const std::string& name);
std::optional<std::size_t> size_attribute(hid_t object, const std::string& name);
/// Lists of characters, MATLAB's order of the members of a structure; empty where there are none.
std::vector<std::string> name_list_attribute(hid_t object, const std::string& name);

/// Rows first: HDF5's extents in reverse, never fewer than two.
std::vector<std::size_t> matlab_extents(hid_t set);
std::string read_scalar_text(hid_t set, const std::string& what);
std::vector<std::string> read_texts(hid_t set, const std::string& what);
std::vector<hobj_ref_t> read_references(hid_t set, std::size_t count, const std::string& what);
Hdf5Handle dereference(hid_t from, const hobj_ref_t& reference, const std::string& what);

}  // namespace rheobase::io
