#pragma once

#include "core/architecture/picture_model.h"

namespace tritloom {
struct Model;
}

namespace tritloom::onnx {

/// What the network takes and gives, from the shapes of its inputs and of what it computes for a nominal picture.
/// Errors: Unsupported (inputs that are no picture), and those of buildNetwork().
[[nodiscard]] Result<PictureModel> describeNetwork(const ModelFile&);

/// The graph for pictures of this shape. Dynamic sizes that are no picture's become 1.
[[nodiscard]] Result<Graph> buildNetwork(const ModelFile&, const Shape& picture);

/// The graph for given shapes of all inputs, whatever they mean.
[[nodiscard]] Result<Graph> buildGraph(const ModelFile&, const std::vector<Shape>& inputs);

/// A file of operators that says how it takes pictures, for whoever opens it again.
void stateNormalisation(ModelFile& file, const Normalisation& normalisation);
void stateTask(ModelFile& file, PictureTask task); ///< the same of what the network is for
/// The model of the same file with that task stated: of operators whose shapes tell none.
[[nodiscard]] std::shared_ptr<const Model> modelFor(PictureTask task, ModelFile file);
/// As it stands among the properties of an ONNX file, under "tritloom.normalisation".
[[nodiscard]] std::string textOf(const Normalisation& normalisation);
/// The same of how noise grows and what the second input is for a time step, under "tritloom.schedule".
[[nodiscard]] std::string textOf(const NoiseSchedule& schedule, double timeScale);

} // namespace tritloom::onnx
