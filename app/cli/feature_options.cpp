#include "app/cli/picture_commands.h"

#include "core/architecture/normalisations.h"

#include <QJsonArray>

namespace tritloom::cli {
namespace {

Result<std::optional<Normalisation>> givenAs(const Context& context)
{
    const std::string way = context.parser.value("features-input").toStdString();
    if (way.empty())
        return std::optional<Normalisation>();
    std::vector<std::string> names;
    for (const Normalisation& usual : usualNormalisations()) {
        names.push_back(usual == normalisations::imageNet ? "imagenet" : describe(usual));
        if (names.back() == way)
            return usual;
    }
    return fail(ErrorCode::InvalidInput, "--features-input is {}, not '{}'", fmt::join(names, ", "), way);
}

RealPictures realPictures(std::vector<std::filesystem::path> files)
{
    const std::size_t count = files.size();
    return {count, [files = std::move(files)](std::size_t i) { return readPicture(files[i]); }};
}

/// Whether KID's error tells something: leaving out one of two pictures leaves none to compare.
bool hasError(const FeatureComparison& comparison)
{
    return comparison.countA > 2 && comparison.countB > 2;
}

void addTo(QJsonObject& object, const FeatureComparison& comparison)
{
    object["pictures"] = qint64(comparison.countB);
    if (comparison.lpips)
        object["lpips"] = comparison.lpips->value;
    if (comparison.lpips && comparison.countB > 1)
        object["lpipsStandardError"] = comparison.lpips->standardError;
    if (comparison.fid)
        object["fid"] = *comparison.fid;
    if (comparison.cmmd)
        object["cmmd"] = *comparison.cmmd;
    if (!comparison.kid)
        return;
    object["kid"] = comparison.kid->value;
    if (hasError(comparison))
        object[comparison.kid->subsets == 0 ? "kidStandardError" : "kidStandardDeviation"] =
            comparison.kid->error;
}

void print(const std::string& suffix, const FeatureComparison& comparison)
{
    if (comparison.lpips)
        std::printf(
            "%-28s %.6g%s\n", ("LPIPS" + suffix).c_str(), comparison.lpips->value,
            comparison.countB > 1 ? fmt::format(" ± {:.2g}", comparison.lpips->standardError).c_str() : "");
    if (comparison.fid)
        std::printf("%-28s %.6g\n", ("FID" + suffix).c_str(), *comparison.fid);
    if (comparison.kid)
        std::printf(
            "%-28s %.6g%s%s\n", ("KID" + suffix).c_str(), comparison.kid->value,
            hasError(comparison) ? fmt::format(" ± {:.2g}", comparison.kid->error).c_str() : "",
            comparison.kid->subsets == 0 ? "" : " (deviation over subsets)");
    if (comparison.cmmd)
        std::printf("%-28s %.6g\n", ("CMMD" + suffix).c_str(), *comparison.cmmd);
}

} // namespace

void addFeatureOptions(Context& context)
{
    context.addOption(
        {"features",
         "LPIPS, FID and KID by this network (ONNX or a state dict of a known network). Layers, "
         "one or "
         "several: LPIPS is of all, FID and KID of the last (default: the last map of every size; what goes "
         "into the "
         "last product).",
         "file[:layer,layer]"});
    context.addOption(
        {"features-weights",
         "LPIPS: a file with linear weights, lin0….weight and so on (default: the network's own).", "file"});
    context.addOption(
        {"features-input",
         "How that network takes pictures: 0..1, 0..255, -1..1 or imagenet (default: as its file says, else "
         "imagenet).",
         "range"});
}

Result<std::shared_ptr<FeatureNetwork>> openFeatures(Context& context, const PictureEngine& engine)
{
    if (!context.parser.isSet("features")) {
        for (const char* const other : {"features-weights", "features-input"})
            if (context.parser.isSet(other))
                return context.misuse("--{} is for a network given with --features", other);
        return std::shared_ptr<FeatureNetwork>();
    }
    FeatureChoice choice =
        TRY(context.asked(parseFeatureChoice(context.parser.value("features").toStdString())));
    choice.linear = context.parser.value("features-weights").toStdString();
    choice.normalisation = TRY(context.asked(givenAs(context)));
    return TRY(FeatureNetwork::open(choice, TRY(makeExecutor(engine.options().device))));
}

Result<FeatureReport> measureFeatures(
    Context& context, const PictureEngine& engine, PictureSession& session, const Allocation& allocation,
    FeatureNetwork& network)
{
    RealPictures real;
    if (engine.model()->picture->task == PictureTask::Generation && !engine.options().source.images.empty())
        real = realPictures(TRY(pictureFiles(engine.options().source)));
    FeatureReport report;
    report.evaluation =
        TRY(evaluateFeatures(session, allocation, network, real, context.stop, [&](double fraction) {
            context.progress("features,", fraction);
        }));
    report.network = context.parser.value("features").toStdString();
    report.featureLayer = network.featureLayer();
    report.mapLayers = network.mapLayers();
    report.hasLinearWeights = !network.linear().empty();
    report.given = describe(network.normalisation());
    const FeatureEvaluation& evaluation = report.evaluation;
    if (evaluation.toReference.isBiased || (evaluation.toTarget && evaluation.toTarget->isBiased))
        report.notices.push_back(fmt::format(
            "{} pictures are few for FID of {} numbers a picture, it is too large by chance: take ten times "
            "as many "
            "pictures as numbers, or look at KID, which has no such bias",
            evaluation.toReference.countB, evaluation.dimension));
    if (!evaluation.toReference.fid)
        report.notices.push_back("FID and KID are of sets: they need at least two pictures");
    if (report.mapLayers.empty())
        report.notices.push_back("the layers of the feature network have no positions: there is no LPIPS");
    else if (!report.hasLinearWeights)
        report.notices.push_back("the feature network has no linear weights, so every channel counts alike "
                                 "in LPIPS, which is comparable only "
                                 "with figures measured in the same way");
    return report;
}

void printFeatures(const FeatureReport& report)
{
    print(" to the reference", report.evaluation.toReference);
    if (report.evaluation.toTarget)
        print(" to the target", *report.evaluation.toTarget);
    if (report.evaluation.referenceToTarget)
        print(", reference to target", *report.evaluation.referenceToTarget);
    std::printf(
        "%-28s %s, pictures as %s%s; FID and KID of %s\n", "features", report.network.c_str(),
        report.given.c_str(),
        report.mapLayers.empty() ? ""
                                 : fmt::format("; LPIPS of {}", fmt::join(report.mapLayers, ", ")).c_str(),
        report.featureLayer.c_str());
    for (const std::string& notice : report.notices)
        std::printf("note: %s\n", notice.c_str());
}

QJsonObject featuresJson(const FeatureReport& report)
{
    QJsonArray layers, notices;
    for (const std::string& layer : report.mapLayers)
        layers.append(QString::fromStdString(layer));
    for (const std::string& notice : report.notices)
        notices.append(QString::fromStdString(notice));
    QJsonObject object{
        {"network", QString::fromStdString(report.network)},
        {"lpipsLayers", layers},
        {"layer", QString::fromStdString(report.featureLayer)},
        {"dimension", qint64(report.evaluation.dimension)},
        {"normalisation", QString::fromStdString(report.given)},
        {"linearWeights", report.hasLinearWeights},
        {"notices", notices}};
    addTo(object, report.evaluation.toReference);
    if (report.evaluation.toTarget) {
        QJsonObject target, reference;
        addTo(target, *report.evaluation.toTarget);
        addTo(reference, *report.evaluation.referenceToTarget);
        object["toTarget"] = target;
        object["referenceToTarget"] = reference;
    }
    return object;
}

} // namespace tritloom::cli
