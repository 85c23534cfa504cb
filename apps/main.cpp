#include <exception>
#include <iostream>

#include "apps/command_line.hpp"

int main(int argc, char** argv) {
  try {
    return rheobase::run_command_line({argv + 1, argv + argc}, std::cout, std::cerr);
  } catch (const std::exception& error) {
    std::cerr << "rheobase: " << error.what() << '\n';
    return rheobase::kOurFault;
  }
}
