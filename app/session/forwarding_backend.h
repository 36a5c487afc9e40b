#pragma once

#include "core/backend/backend.h"

namespace tritloom {

/// Another backend, with something done around what it runs: the base of those that time or tell.
class ForwardingBackend : public Backend {
public:
    explicit ForwardingBackend(std::unique_ptr<Backend> backend)
        : m_backend(std::move(backend))
    {
    }
    std::string name() const override { return m_backend->name(); }
    bool sharesHostMemory() const override { return m_backend->sharesHostMemory(); }
    bool supports(const Op& op, std::span<const TensorType> inputs) const override
    {
        return m_backend->supports(op, inputs);
    }
    Result<DeviceTensor> upload(const Tensor& tensor) override { return m_backend->upload(tensor); }
    Result<Tensor> download(const DeviceTensor& tensor) override { return m_backend->download(tensor); }
    Result<DeviceTensor>
    run(const Op& op, std::span<const DeviceTensor> inputs, std::stop_token stop) override
    {
        return m_backend->run(op, inputs, std::move(stop));
    }

private:
    std::unique_ptr<Backend> m_backend;
};

} // namespace tritloom
