#pragma once

#include "app/cli/model_commands.h"
#include "app/session/picture_engine.h"
#include "app/session/picture_request.h"
#include "core/task/feature_evaluation.h"

/// What the commands do with networks on pictures.
namespace tritloom::cli {

/// What a feature network says, and what is to be said of it. A value.
struct FeatureReport {
    FeatureEvaluation evaluation;
    std::string network, featureLayer, given; ///< given: how pictures are given to it
    std::vector<std::string> mapLayers, notices;
    bool hasLinearWeights = false;
};

/// Adds --task, --images, --labels and what else pictures have. hasPrompt: --prompt too, else the command has
/// one.
void addPictureOptions(Context& context, bool hasPrompt = true);
/// The model of the first argument when its file is a network on pictures (even one that cannot be run, which
/// says why); null for others. Errors: those of loadModel().
[[nodiscard]] Result<std::shared_ptr<const Model>> pictureModel(Context& context);
[[nodiscard]] Result<std::shared_ptr<const Model>> pictureModel(Context& context, const QString& path);
[[nodiscard]] Result<std::shared_ptr<PictureEngine>>
openPictureEngine(Context& context, std::shared_ptr<const Model> model);
/// The network behind --transform, for what needs no pictures. Notices go to stderr. Errors: those of the
/// transforms.
[[nodiscard]] Result<std::shared_ptr<const Model>>
transformedPictureModel(Context& context, std::shared_ptr<const Model> model);
[[nodiscard]] QJsonObject evaluationJson(const PictureEngine& engine, const PictureEvaluation& evaluation);

/// --features and what belongs to it.
void addFeatureOptions(Context& context);
/// The network of --features, opened before anything is measured; null: none was given. Errors: those of
/// FeatureNetwork, InvalidInput (options).
[[nodiscard]] Result<std::shared_ptr<FeatureNetwork>>
openFeatures(Context& context, const PictureEngine& engine);
/// What it says. Errors: those of evaluateFeatures().
[[nodiscard]] Result<FeatureReport> measureFeatures(
    Context& context, const PictureEngine& engine, PictureSession& session, const Allocation& allocation,
    FeatureNetwork& network);
void printFeatures(const FeatureReport& report);
[[nodiscard]] QJsonObject featuresJson(const FeatureReport& report);

/// The bit planes of pictures.
int planes(Context& context, const QStringList& arguments);

int evaluatePictures(Context&, std::shared_ptr<const Model>);
/// Pictures from seeds into a folder.
int generatePictures(Context&, std::shared_ptr<const Model>);

} // namespace tritloom::cli
