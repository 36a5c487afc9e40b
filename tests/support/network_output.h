#pragma once

#include "core/architecture/model.h"
#include "core/backend/backend.h"
#include "core/task/network_pass.h"

#include <QtGlobal>

namespace tritloom {

/// What a network on pictures makes of one input, by the reference ops. An error ends the test program.
inline Tensor outputOf(const std::shared_ptr<const Model>& model, const Tensor& input)
{
    std::vector<std::unique_ptr<Backend>> backends;
    backends.push_back(makeReferenceBackend());
    NetworkPass pass(
        std::make_shared<Compressor>(model, MethodLookup(), nullptr, 0),
        std::make_unique<Executor>(std::move(backends)), 1 << 20);
    const Tensor inputs[] = {input};
    const auto output = pass.run(inputs, keyOf("x"), model->original(), NetworkPass::Keep::Nothing, {});
    if (!output)
        qFatal("%s", output.error().message.c_str());
    return *output;
}

} // namespace tritloom
