#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/mat/mat_file.hpp"

namespace rheobase::io {

/// Within a structure of this program every member has an effect, so none may be passed over.
/// @param prefix  "spiking_network."
/// @throws InputError for a member that is none of `known`, with the one that may have been meant
void require_known_members(const MatFile& file, std::string_view prefix,
                           std::span<const std::string> known);

/// A sentence about every structure that a new file has with the members `written` and that holds
/// others: these are lost.
std::vector<std::string> lost_members(const MatFile& file, const MatFields& written);

/// A sentence about every variable that is none of `known` and has nearly the name of one of
/// `optional` that the file lacks: it is carried unread, and hardly meant to be. "s.f" of
/// `optional` is a member that may have been put beside its structure.
std::vector<std::string> misspelt_fields(const MatFile& file,
                                         std::span<const std::string_view> known,
                                         std::span<const std::string_view> optional);

}  // namespace rheobase::io
