#pragma once

#include "app/session/forwarding_backend.h"

#include <QtGlobal>

#include <mutex>
#include <set>

namespace tritloom {

/// The backend behind a device: says, once a program and kind of op, what it does for that device.
class StandInBackend final : public ForwardingBackend {
public:
    StandInBackend(std::unique_ptr<Backend> backend, std::string device)
        : ForwardingBackend(std::move(backend))
        , m_device(std::move(device))
    {
    }
    Result<DeviceTensor>
    run(const Op& op, std::span<const DeviceTensor> inputs, std::stop_token stop) override
    {
        say(op.kind);
        return ForwardingBackend::run(op, inputs, std::move(stop));
    }

private:
    void say(OpKind kind) const
    {
        static std::mutex mutex;
        static std::set<std::pair<std::string, OpKind>> said;
        const std::scoped_lock lock(mutex);
        if (said.emplace(m_device, kind).second)
            qWarning(
                "%s leaves %s to %s: it has no shader for these tensors, or no room", m_device.c_str(),
                nameOf(kind).data(), name().c_str());
    }

    std::string m_device; ///< "vulkan llvmpipe"
};

} // namespace tritloom
