#pragma once

namespace rheobase::io {

/// Tasks that a comparison may name: those that the program can make again, or also tasks that only
/// their maker knows, such as a class of Python.
enum class TaskNames { registered, any };

}  // namespace rheobase::io
