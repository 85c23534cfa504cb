# rheobase_optimise(TARGET hot|warm|cold)
#
# How hard the compiler works on a target in a release build: hot is what computes (-O3), warm what
# reads, writes and prints (-O1: two thirds of the time to compile), cold what only calls the rest
# (-O0).
set(RHEOBASE_OPTIMISATION_hot "")
set(RHEOBASE_OPTIMISATION_warm "-O1")
set(RHEOBASE_OPTIMISATION_cold "-O0")

function(rheobase_optimise target heat)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:${RHEOBASE_OPTIMISATION_${heat}}>)
endfunction()
