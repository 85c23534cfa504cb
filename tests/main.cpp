#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "core/memory.hpp"

int main(int argc, char** argv) {
  rheobase::keep_freed_memory();  // as the program does
  return doctest::Context(argc, argv).run();
}
