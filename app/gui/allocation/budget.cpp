#include "app/gui/allocation/budget.h"

#include "core/sensitivity/candidate.h"

#include <utility>

namespace tritloom {
namespace {

std::pair<double, double> weightsAndOtherBytes(const Model& model)
{
    double parameters = 0, layerBytes = 0;
    for (const Layer& layer : model.layers) {
        parameters += double(layer.parameters());
        layerBytes += double(layer.storedBytes);
    }
    return {parameters, double(model.bytes()) - layerBytes};
}

} // namespace

double budgetToBits(const Model& model, double bytes)
{
    const auto [parameters, others] = weightsAndOtherBytes(model);
    return parameters == 0 ? 0 : 8 * (bytes - others) / parameters;
}

double bitsToBudget(const Model& model, double bits)
{
    const auto [parameters, others] = weightsAndOtherBytes(model);
    return others + bits * parameters / 8;
}

} // namespace tritloom
