#include "app/cli/picture_commands.h"

#include "app/session/not_finite.h"
#include "app/session/rounded_inputs.h"

#include <QJsonArray>

#include <algorithm>

namespace tritloom::cli {
namespace {

/// wholeNumberLayers: how many layers were multiplied in whole numbers; notFinite: see notFinite().
void printEvaluation(
    const PictureEngine& engine, const PictureEvaluation& evaluation, std::size_t wholeNumberLayers,
    const std::vector<std::string>& notFinite)
{
    const auto line = [](const char* what, const std::optional<Measured>& value, const char* unit) {
        if (value)
            std::printf("%-28s %.6g ± %#.2g%s\n", what, value->value, value->standardError, unit);
    };
    line("top-1", evaluation.top1, "");
    line("top-5", evaluation.top5, "");
    line("reference top-1", evaluation.referenceTop1, "");
    line("same most likely class", evaluation.agreement, "");
    line("PSNR", evaluation.psnr, " dB");
    line("SSIM", evaluation.ssim, "");
    line("reference PSNR", evaluation.referencePsnr, " dB");
    line("reference SSIM", evaluation.referenceSsim, "");
    line("PSNR to the reference", evaluation.fidelity, " dB");
    line("boxes a picture", evaluation.boxes, "");
    line("reference boxes", evaluation.referenceBoxes, "");
    line("same boxes (F1)", evaluation.boxAgreement, "");
    line("divergence", evaluation.divergence, "");
    std::printf(
        "%-28s %zu in %.2f s\n", "pictures", evaluation.samplesDone,
        double(evaluation.elapsed.count()) / 1000);
    if (wholeNumberLayers > 0)
        std::printf("%-28s %zu\n", "layers in whole numbers", wholeNumberLayers);
    if (const auto inputs = roundedInputs(*engine.model(), evaluation.allocation, engine.options().device))
        std::printf(
            "%-28s %zu of %zu layers: products with packed weights; convolutions and weights stored as "
            "floats "
            "are exact\n",
            "8-bit activations", inputs->rounded, inputs->layers);
    for (const std::string& notice : engine.pictures().notices)
        std::printf("note: %s\n", notice.c_str());
    for (const std::string& sentence : notFinite)
        std::printf("note: %s\n", sentence.c_str());
}

QString headline(const PictureEvaluation& so)
{
    if (so.top1)
        return QString("top-1 %1 %,").arg(100 * so.top1->value, 0, 'f', 2);
    if (so.psnr)
        return QString("PSNR %1 dB,").arg(so.psnr->value, 0, 'f', 2);
    if (so.boxAgreement)
        return QString("same boxes %1 %,").arg(100 * so.boxAgreement->value, 0, 'f', 2);
    return QString("divergence %1,").arg(so.divergence.value, 0, 'g', 3);
}

} // namespace

int evaluatePictures(Context& context, std::shared_ptr<const Model> model)
{
    std::shared_ptr<PictureEngine> engine;
    std::size_t wholeNumberLayers = 0;
    const QString products = context.parser.value("products");
    std::optional<FeatureReport> features;
    std::vector<std::string> strange;
    std::string device;
    const auto run = [&]() -> Result<PictureEvaluation> {
        if (products != "whole" && products != "float")
            return context.misuse("--products is whole or float, not '{}'", products.toStdString());
        engine = TRY(openPictureEngine(context, std::move(model)));
        strange = TRY(notFinite(*engine->model(), context.stop));
        const auto judge = TRY(openFeatures(context, *engine));
        const Allocation allocation = TRY(askedAllocation(context, *engine->model()));
        std::shared_ptr<const Model> reference;
        if (context.parser.isSet("reference"))
            reference = TRY(context.load(context.parser.value("reference")));
        const auto session = TRY(engine->makeSession(std::move(reference)));
        Executor& executor = session->pass().executor();
        device = executor.backendNames();
        for (NetworkPass* const pass : {&session->pass(), &session->referencePass()})
            pass->executor().multipliesWholeNumbers = products == "whole";
        // A feature network asks for the pictures again.
        const auto keep = judge ? NetworkPass::Keep::Everything : NetworkPass::Keep::Nothing;
        PictureEvaluation measured = TRY(session->evaluate(
            allocation, context.stop,
            [&](const PictureEvaluation& so, std::size_t, const PictureScores&) {
                context.progress(headline(so), double(so.samplesDone) / double(so.samplesTotal));
            },
            keep));
        wholeNumberLayers = executor.wholeNumberLayers().size();
        if (judge)
            features = TRY(measureFeatures(context, *engine, *session, allocation, *judge));
        return measured;
    };
    const auto evaluation = run();
    if (!evaluation) {
        tell(strange); // why it cannot be measured, by tensor
        return context.fail(evaluation.error());
    }
    if (context.json()) {
        QJsonObject json = evaluationJson(*engine, *evaluation);
        json["wholeNumberLayers"] = qint64(wholeNumberLayers);
        if (const auto inputs =
                roundedInputs(*engine->model(), evaluation->allocation, engine->options().device))
            json["roundedInputLayers"] = qint64(inputs->rounded);
        QJsonArray notes;
        for (const std::string& sentence : strange)
            notes.append(QString::fromStdString(sentence));
        json["notFinite"] = notes;
        json["original"] = originalJson(*engine->model());
        json["device"] = QString::fromStdString(device);
        if (features)
            json["features"] = featuresJson(*features);
        context.print(json);
        return Done;
    }
    if (const std::string note = referenceText(context, *engine->model()); !note.empty())
        strange.push_back(note);
    printEvaluation(*engine, *evaluation, wholeNumberLayers, strange);
    if (features)
        printFeatures(*features);
    else if (makesPictures(engine->model()->picture->task))
        std::printf(
            "%-28s need a feature network: give one with --features FILE.onnx[:layer,layer]\n",
            "LPIPS, FID, KID");
    return Done;
}

} // namespace tritloom::cli
