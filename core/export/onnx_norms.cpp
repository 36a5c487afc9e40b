#include "core/export/onnx_norms.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace tritloom::onnx {
namespace {

/// Floats of an initializer; empty for other types.
std::vector<float> floatsOf(Document& document, const std::string& name)
{
    const ::onnx::TensorProto* const tensor = document.initializer(name);
    if (tensor == nullptr || tensor->data_type() != ::onnx::TensorProto::FLOAT)
        return {};
    std::vector<float> values(tensor->raw_data().size() / sizeof(float));
    std::memcpy(values.data(), tensor->raw_data().data(), values.size() * sizeof(float));
    return values;
}

/// What a norm adds, when it does nothing else; empty when it does more.
std::vector<float> onlyAdds(Document& document, const ::onnx::NodeProto& norm)
{
    if (norm.input_size() != 5)
        return {};
    const std::vector<float> scale = floatsOf(document, norm.input(1)),
                             bias = floatsOf(document, norm.input(2)),
                             mean = floatsOf(document, norm.input(3)),
                             variance = floatsOf(document, norm.input(4));
    const double epsilon = numberOf(norm, "epsilon", 1e-5);
    for (std::size_t c = 0; c < bias.size(); ++c)
        if (scale.size() != bias.size() || mean.size() != bias.size() || variance.size() != bias.size()
            || mean[c] != 0
            || std::abs(double(scale[c]) / std::sqrt(double(variance[c]) + epsilon) - 1) > 1e-6)
            return {};
    return bias;
}

} // namespace

std::size_t absorbNorms(Document& document)
{
    std::size_t absorbed = 0;
    for (Document::Node norm = document.nodes().begin(), next; norm != document.nodes().end(); norm = next) {
        next = std::next(norm);
        if (norm->op_type() != "BatchNormalization")
            continue;
        const std::string x = norm->input(0);
        const auto maker = std::ranges::find_if(document.nodes(), [&](const auto& node) {
            return node.output_size() == 1 && node.output(0) == x
                && (node.op_type() == "Conv" || node.op_type() == "ConvTranspose");
        });
        std::vector<float> bias = onlyAdds(document, *norm);
        if (maker == document.nodes().end() || bias.empty() || document.usesOf(x).size() != 1
            || document.isOutput(x))
            continue;
        if (maker->input_size() > 2 && !maker->input(2).empty()) {
            const std::vector<float> own = floatsOf(document, maker->input(2));
            if (own.size() != bias.size())
                continue;
            for (std::size_t c = 0; c < bias.size(); ++c)
                bias[c] += own[c];
            maker->mutable_input()->RemoveLast();
        }
        const std::string name = document.unused(norm->output(0) + "_bias");
        document.addFloats(name, {std::int64_t(bias.size())}, bias);
        maker->add_input(name);
        maker->set_output(0, norm->output(0));
        const std::vector<std::string> parts(norm->input().begin() + 1, norm->input().end());
        document.erase(norm);
        for (const std::string& part : parts)
            if (document.usesOf(part).empty())
                document.remove(part);
        ++absorbed;
    }
    return absorbed;
}

} // namespace tritloom::onnx
