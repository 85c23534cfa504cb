#pragma once

#include <string>
#include <string_view>

#include "io/network/document_value.hpp"

namespace rheobase::io {

/// Reads a document (TOML 1.0 without dates). @param where  names it in messages
/// @throws InputError "<where>: line 3, column 5: ..."
DocumentValue parse_toml(std::string_view text, const std::string& where);

/// The document as text; parse_toml reads the same values from it. Tables of the top are [tables],
/// those within are written in line; text of several lines is written as such.
std::string write_toml(const DocumentValue& document);

}  // namespace rheobase::io
