#include "app/session/transformed_model.h"

#include "core/file/replaced_tensor.h"

namespace tritloom {

Result<std::shared_ptr<const Model>>
transformedModel(const Model& model, const TransformedModel& made, std::vector<std::string>& notices)
{
    std::size_t lost = 0;
    std::string format;
    for (const auto& [id, tensor] : made.tensors) {
        const NamedTensor& before = model.file->tensors[std::size_t(id)];
        if (before.replacement)
            return fail(
                ErrorCode::Unsupported,
                "{}: it is stored as more than one matrix, such as rounded inputs or columns apart, which a "
                "transform would undo: transform the model that this one was made of",
                before.name);
        if (model.layerOf(id) && !storedFormat(before)->isFloat() && tensor.type().format->isFloat()) {
            ++lost;
            format = storedFormat(before)->id();
        }
    }
    if (lost > 0)
        notices.push_back(fmt::format(
            "{} layers that were stored in a few bits, such as {}, are floats now: choose formats for them again",
            lost, format));
    notices.insert(notices.end(), made.notices.begin(), made.notices.end());
    return makeModel(withTensors(*model.file, made.tensors, made.layers));
}

} // namespace tritloom
