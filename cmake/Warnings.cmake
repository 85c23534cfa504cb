# Flags of our own targets only: they are never exported to a consumer.
add_library(rheobase_private_flags INTERFACE)
target_compile_options(
  rheobase_private_flags
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
            # GCC 12 sees overlap in std::string's operator+ (its bug 105651).
            $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
            # One product, one sum: results do not depend on whether the CPU has FMA.
            -ffp-contract=off $<$<BOOL:${RHEOBASE_WERROR}>:-Werror>)
if(RHEOBASE_SANITIZE)
  target_compile_options(rheobase_private_flags INTERFACE -fsanitize=${RHEOBASE_SANITIZE}
                                                          -fno-sanitize-recover=all)
  target_link_options(rheobase_private_flags INTERFACE -fsanitize=${RHEOBASE_SANITIZE})
endif()
