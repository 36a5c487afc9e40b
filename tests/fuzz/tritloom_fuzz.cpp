#include "core/architecture/model.h"
#include "core/backend/executor.h"
#include "core/file/tritloom_file.h"
#include "tests/fuzz/input_file.h"

using namespace tritloom;

namespace {

/// What replaces a layer can be run, or says why not.
void runReplacement(const LayerReplacement& replacement)
{
    GraphBuilder builder;
    const ValueId y = builder.add({OpKind::Linear, {}}, {builder.input()}, {TensorId{0}}, "layer");
    const Graph graph = std::move(builder).finish(y);
    std::vector<std::unique_ptr<Backend>> backends;
    backends.push_back(makeReferenceBackend());
    Executor executor(std::move(backends));
    constexpr std::size_t rows = 2;
    ValueMap values{
        {graph.input,
         Tensor::adoptFloats({rows, replacement.inputs}, std::vector<float>(rows * replacement.inputs, 1))}};
    const auto weights = [&](TensorId) -> Result<Executor::Weights> {
        return Executor::Weights{CompressedLayer(replacement), keyOf("layer")};
    };
    (void)executor.run(graph, 0, 0, values, weights, nullptr, {});
}

} // namespace

/// Any bytes give a model or an Error; its small tensors and replacements can be read, these be run, and its
/// graph be built.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const InputFile input(data, size);
    if (!input.isComplete())
        return 0;
    auto file = tritloomFile::read(input.path());
    if (!file)
        return 0;
    for (const NamedTensor& tensor : file->tensors)
        if (const auto values = materialise(tensor); values && values->type().elements() < 1u << 16)
            (void)values->toFloats();
    constexpr std::size_t small = 1U << 16;
    for (const NamedTensor& tensor : file->tensors)
        if (tensor.replacement && tensor.replacement->inputs < small && tensor.replacement->outputs < small
            && tensor.replacement->inputs * tensor.replacement->outputs < small)
            runReplacement(*tensor.replacement);
    (void)makeModel(std::move(*file));
    return 0;
}
