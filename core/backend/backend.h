#pragma once

#include "core/graph/op.h"
#include "core/tensor/tensor.h"

#include <memory>
#include <span>
#include <stop_token>
#include <string>

namespace tritloom {

/// A tensor where a backend wants it. Only the backend that made it can look inside.
struct DeviceTensor {
    TensorType type;
    std::shared_ptr<const void> storage;
};

/// A device that runs ops. One caller at a time; different backends are independent.
class Backend {
public:
    virtual ~Backend() = default;
    [[nodiscard]] virtual std::string name() const = 0; ///< "reference", "cpu AVX3", "vulkan llvmpipe"
    /// False where upload() and download() move bytes: what a pass makes there had better stay there.
    [[nodiscard]] virtual bool sharesHostMemory() const { return true; }
    /// inputs: values first, then weights, as OpKind lists them. Activations are f32.
    [[nodiscard]] virtual bool supports(const Op&, std::span<const TensorType> inputs) const = 0;

    /// Errors: OutOfMemory, DeviceLost.
    [[nodiscard]] virtual Result<DeviceTensor> upload(const Tensor&) = 0;
    /// Waits for what makes the tensor. Errors: OutOfMemory, DeviceLost.
    [[nodiscard]] virtual Result<Tensor> download(const DeviceTensor&) = 0;
    /// May return before the device has begun; then download() gives the errors of the device.
    /// Errors: Unsupported when supports() is false; OutOfMemory, DeviceLost, Cancelled.
    [[nodiscard]] virtual Result<DeviceTensor>
    run(const Op&, std::span<const DeviceTensor> inputs, std::stop_token) = 0;
};

/// Scalar code, double sums, every op and format. The definition of right: others are tested against it.
[[nodiscard]] std::unique_ptr<Backend> makeReferenceBackend();

} // namespace tritloom
