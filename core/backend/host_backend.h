#pragma once

#include "core/backend/backend.h"

namespace tritloom {

/// An op on tensors in host memory. inputs as OpKind lists them; the result is f32.
using HostOp = Result<Tensor> (*)(const Op&, std::span<const Tensor> inputs, std::stop_token);

/// A backend whose device memory is host memory: upload and download share the bytes.
class HostBackend : public Backend {
public:
    Result<DeviceTensor> upload(const Tensor& tensor) override
    {
        return DeviceTensor{tensor.type(), std::make_shared<const Tensor>(tensor)};
    }
    Result<Tensor> download(const DeviceTensor& tensor) override { return hostTensor(tensor); }

protected:
    static const Tensor& hostTensor(const DeviceTensor& tensor)
    {
        return *static_cast<const Tensor*>(tensor.storage.get());
    }
    Result<DeviceTensor>
    runHost(HostOp op, const Op& what, std::span<const DeviceTensor> inputs, std::stop_token stop)
    {
        std::vector<Tensor> tensors;
        for (const DeviceTensor& input : inputs)
            tensors.push_back(hostTensor(input));
        return upload(TRY(op(what, tensors, std::move(stop))));
    }
};

} // namespace tritloom
