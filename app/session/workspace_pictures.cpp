// What an open project does when its network works on pictures.
#include "app/session/workspace.h"

#include "core/graph/shape_inference.h"

#include <algorithm>

namespace tritloom {
namespace {

/// The largest sum of what a node reads and writes, f32: what a runtime has to hold at once at least.
std::uint64_t activationBytes(const Model& model)
{
    if (!model.graph || model.graph->inputs.empty())
        return 0;
    std::map<ValueId, Shape> shapes;
    for (const GraphInput& input : model.graph->inputs)
        shapes[input.value] = input.shape;
    std::uint64_t most = 0;
    for (const Node& node : model.graph->nodes) {
        std::vector<Shape> inputs;
        std::uint64_t bytes = 0;
        for (const ValueId value : node.inputs) {
            inputs.push_back(shapes[value]);
            bytes += 4 * TensorType{nullptr, inputs.back()}.elements();
        }
        for (const TensorId tensor : node.weights)
            inputs.push_back(model.tensor(tensor).stored.type().shape);
        for (const Tensor& literal : node.literals)
            inputs.push_back(literal.type().shape);
        const auto made = inferShape(node.op, inputs);
        if (!made)
            return most;
        most = std::max(most, bytes + 4 * TensorType{nullptr, *made}.elements());
        shapes[node.output] = *made;
    }
    return most;
}

} // namespace

void Workspace::connectPictures()
{
    if (!model().picture)
        return;
    m_activationBytes = activationBytes(model());
    connect(&m_pictures, &PicturesController::changed, this, &Workspace::takePictures);
}

void Workspace::takePictures()
{
    m_interaction.cancel();
    m_contradictions.clear();
    m_evaluation.forget();
    m_sensitivity.forget();
    if (m_store) {
        const QByteArray text = pictureSettings(m_pictures.options());
        m_saver.start([this, text] {
            (void)m_store->setSetting(
                "pictures",
                std::as_bytes(std::span(text.constData(), std::size_t(text.size())))); // asked for again
        });
    }
    m_evaluation.request(m_document.allocation());
}

} // namespace tritloom
