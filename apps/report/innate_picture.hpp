// Figures of innate training, those of Vitay (ReScience 2(1), 2016).
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "io/mat/innate_file.hpp"
#include "rate/learning/innate/innate_capacity.hpp"
#include "rate/learning/innate/innate_robustness.hpp"

namespace rheobase::report {

/// The points of rate::robustness for one trajectory.
using RobustnessSweep = std::vector<rate::RobustnessPoint>;

/// The file's format for every figure here: PNG (300 dpi), SVG or PDF by the extension of `path`,
/// complete or not there at all. @throws InputError for another extension or an unwritable path,
/// Error when gnuplot is missing

/// Before and after training: rates of the recorded units, three units and the readout in the
/// innate trial and in a test, readouts of perturbed tests. Of the first trajectory.
void draw_innate_rates(const io::InnateFile& file, const std::filesystem::path& path,
                       std::span<const RobustnessSweep> sweeps = {});

/// Paths of all trajectories after training: tests above, perturbed tests below, with marks at
/// equal distances in time. @throws InputError unless there are two outputs
void draw_innate_paths(const io::InnateFile& file, const std::filesystem::path& path,
                       std::span<const RobustnessSweep> sweeps = {});

/// The loss of every training trial.
void draw_innate_loss(const io::InnateFile& file, const std::filesystem::path& path);

/// The paths of a network with two outputs, else the rates; below them R^2 over the amplitude of
/// the perturbation, a line a level of noise.
/// @param sweeps  one a trajectory, or none
void draw_innate(const io::InnateFile& file, const std::filesystem::path& path,
                 std::span<const RobustnessSweep> sweeps = {});

/// Mean squared correlation and its error over the delay, beside the published figures.
/// @param published  may be empty
void draw_capacity(std::span<const rate::CapacityPoint> points,
                   std::span<const rate::CapacityPoint> published,
                   const std::filesystem::path& path);

}  // namespace rheobase::report
