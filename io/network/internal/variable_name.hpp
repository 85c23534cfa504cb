#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace rheobase::io {

/// A name of a .mat variable for a signal or a parameter, "exc.v" -> "exc_v", with a number behind
/// it where only that is free.
std::string variable_name(std::string_view name,
                          const std::function<bool(const std::string&)>& is_free);

}  // namespace rheobase::io
