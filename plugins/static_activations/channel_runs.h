#pragma once

#include <cstddef>
#include <span>
#include <stop_token>
#include <vector>

namespace tritloom {

/// The least and the largest value of a channel.
struct ChannelSpan {
    double low = 0, high = 0;
};

/// Where a row of channels is cut so that each run has a range of its own: the first channel of each run, the
/// first of which is 0. At most `runs` of them, at least 1; those that leave the least sum over runs of
/// (channels in it) * (width of its range)^2, to which the squared error of rounding is in proportion. Where
/// two tensors were joined with ranges far apart, two runs are the two (split shortcuts: Q-Diffusion, arXiv
/// 2302.04304; MixDQ, arXiv 2405.17873). O(runs n^2); one run of all where it was stopped.
[[nodiscard]] std::vector<std::size_t>
channelRuns(std::span<const ChannelSpan> channels, std::size_t runs, std::stop_token stop = {});

} // namespace tritloom
