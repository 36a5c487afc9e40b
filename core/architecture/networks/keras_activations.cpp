#include "core/architecture/networks/keras.h"

#include <algorithm>

namespace tritloom::networks::keras {

Result<Flow> activated(const Layer& layer, const Flow& x, const std::string& name)
{
    struct Row {
        std::string_view name;
        UnaryFunction function;
        double a = 0, b = 0;
    };
    static constexpr Row rows[] = {
        {"relu", UnaryFunction::Relu},         {"relu6", UnaryFunction::Clip, 0, 6},
        {"sigmoid", UnaryFunction::Sigmoid},   {"tanh", UnaryFunction::Tanh},
        {"elu", UnaryFunction::Elu, 1},        {"softplus", UnaryFunction::Softplus},
        {"softsign", UnaryFunction::Softsign}, {"swish", UnaryFunction::Silu},
        {"silu", UnaryFunction::Silu},         {"hard_sigmoid", UnaryFunction::HardSigmoid, 0.2, 0.5},
        {"exponential", UnaryFunction::Exp},   {"gelu", UnaryFunction::GeluErf}};
    if (name.empty() || name == "linear")
        return x;
    if (name == "softmax") { // over the channels, which Keras has last
        const double axis = x.shape.size() == 4 ? 1 : double(x.shape.size()) - 1;
        return layer.network.add({OpKind::Softmax, {{"axis", axis}, {"logarithm", 0}}}, {x});
    }
    const auto* const row = std::ranges::find(rows, name, &Row::name);
    if (row == std::end(rows))
        return layer.fail(ErrorCode::Unsupported, "the activation '{}'", name);
    return layer.network.unary(row->function, x, row->a, row->b);
}

Result<Flow> activated(const Layer& layer, const Flow& x)
{
    const Json* const given = jsonMember(layer.config, "activation");
    if (given != nullptr && !given->is_string()) // a layer in a layer
        return layer.fail(ErrorCode::Unsupported, "the activation {}", given->dump());
    return activated(layer, x, given == nullptr ? "" : given->get<std::string>());
}

} // namespace tritloom::networks::keras
