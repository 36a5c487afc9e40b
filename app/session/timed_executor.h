#pragma once

#include "compute/cpu/cpu_backend.h"
#include "core/backend/executor.h"

#include <map>

namespace tritloom {

/// An executor that adds up how long each kind of op takes on each of its devices. A value.
struct TimedExecutor {
    using Seconds = std::map<OpKind, double>;
    struct Part {
        std::string name; ///< of the backend
        std::shared_ptr<Seconds> seconds; ///< by the device's own clock; empty where it has none
    };
    std::unique_ptr<Executor> executor;
    std::string name; ///< of the first backend
    std::vector<Part> parts; ///< best first; the reference is not among them

    void clear() const; ///< begin to count anew
};

/// device: "vulkan:0" for that device with the CPU behind it, else the CPU alone, which works in `mode`.
/// Errors: NotFound (no such device), those of the backends.
[[nodiscard]] Result<TimedExecutor> makeTimedExecutor(const std::string& device, CpuActivations mode);

} // namespace tritloom
