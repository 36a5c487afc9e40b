#pragma once

#include "core/architecture/model.h"
#include "core/backend/executor.h"

#include <map>

namespace tritloom {

/// What happened on a backend.
struct Counts {
    std::map<OpKind, int> runs;
    int downloads = 0;
    std::size_t uploadedBytes = 0;
};

class CountedBackend final : public Backend {
public:
    CountedBackend(std::unique_ptr<Backend> backend, std::shared_ptr<Counts> counts)
        : m_backend(std::move(backend))
        , m_counts(std::move(counts))
    {
    }
    std::string name() const override { return m_backend->name(); }
    bool sharesHostMemory() const override { return m_backend->sharesHostMemory(); }
    bool supports(const Op& op, std::span<const TensorType> inputs) const override
    {
        return m_backend->supports(op, inputs);
    }
    Result<DeviceTensor> upload(const Tensor& tensor) override
    {
        m_counts->uploadedBytes += tensor.bytes().size();
        return m_backend->upload(tensor);
    }
    Result<Tensor> download(const DeviceTensor& tensor) override
    {
        ++m_counts->downloads;
        return m_backend->download(tensor);
    }
    Result<DeviceTensor>
    run(const Op& op, std::span<const DeviceTensor> inputs, std::stop_token stop) override
    {
        ++m_counts->runs[op.kind];
        return m_backend->run(op, inputs, std::move(stop));
    }

private:
    std::unique_ptr<Backend> m_backend;
    std::shared_ptr<Counts> m_counts;
};

/// The device in front of the reference; what each of them did.
struct Machine {
    std::shared_ptr<Counts> device = std::make_shared<Counts>(), host = std::make_shared<Counts>();
    std::unique_ptr<Executor> executor;
    std::vector<std::string> notes;

    explicit Machine(std::unique_ptr<Backend> backend)
    {
        std::vector<std::unique_ptr<Backend>> backends;
        if (backend != nullptr)
            backends.push_back(std::make_unique<CountedBackend>(std::move(backend), device));
        backends.push_back(std::make_unique<CountedBackend>(makeReferenceBackend(), host));
        executor = std::make_unique<Executor>(std::move(backends));
        executor->onFallback = [this](const Error& error) { notes.push_back(error.message); };
    }
    int hostRuns() const
    {
        int sum = 0;
        for (const auto& [kind, count] : host->runs)
            sum += count;
        return sum;
    }
};

/// Stored weights, of which one may be replaced.
inline Executor::WeightsOf weightsOf(const Model& model, std::map<TensorId, Tensor> changed = {})
{
    return [&model, changed](TensorId id) -> Result<Executor::Weights> {
        if (const auto found = changed.find(id); found != changed.end())
            return Executor::Weights{found->second, keyOf("changed", id)};
        return Executor::Weights{TRY(materialise(model.tensor(id))), keyOf("stored", id)};
    };
}

} // namespace tritloom
