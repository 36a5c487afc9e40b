#include "app/cli/model_commands.h"

#include "core/tensor/distribution.h"
#include "core/tensor/exp_golomb.h"

#include <QJsonArray>

#include <algorithm>

namespace tritloom::cli {

int stats(Context& context, const QStringList& arguments)
{
    context.addArgument("MODEL", "A model's file or folder, as 'inspect' takes it.");
    context.addOption({"layer", "Only layers whose name contains this.", "text"});
    addBaseOption(context);
    if (!context.parse(arguments, 1))
        return context.exitCode;
    const auto loaded = context.load(context.parser.positionalArguments()[0]);
    if (!loaded)
        return context.fail(loaded.error());
    if (const auto checked = checkBase(context, {}); !checked)
        return context.fail(checked.error());
    const Model& model = **loaded;
    const std::string wanted = context.parser.value("layer").toStdString();
    const auto isWanted = [&](const Layer& layer) { return layer.name.find(wanted) != std::string::npos; };
    if (std::ranges::none_of(model.layers, isWanted))
        return context.fail(
            {ErrorCode::NotFound,
             wanted.empty()
                 ? "the model has no layers"
                 : fmt::format("no layer's name contains '{}': see tritloom-cli inspect", wanted)});
    QJsonArray list;
    std::vector<QStringList> rows;
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        context.progress("statistics", double(i + 1) / double(model.layers.size()));
        const Layer& layer = model.layers[i];
        if (!isWanted(layer))
            continue;
        const auto tensor = materialise(model.tensor(layer.tensor));
        if (!tensor)
            return context.fail(tensor.error());
        const auto measured = distributionOf(*tensor, 256, 1, context.stop);
        if (!measured)
            return context.fail(measured.error());
        const Distribution& d = *measured;
        if (d.nanCount + d.infiniteCount > 0)
            std::fprintf(
                stderr, "%s: %llu of its weights are no numbers and %llu infinite: left out\n",
                layer.name.c_str(), static_cast<unsigned long long>(d.nanCount),
                static_cast<unsigned long long>(d.infiniteCount));
        const auto code = codeLengthOf(*tensor, 13, context.stop);
        if (!code)
            return context.fail(code.error());
        const QString name = QString::fromStdString(layer.name);
        list.append(QJsonObject{
            {"name", name},
            {"format", QString::fromStdString(layer.storedFormat)},
            {"bitsPerWeight", 8 * double(layer.storedBytes) / double(layer.parameters())},
            {"minimum", d.minimum},
            {"maximum", d.maximum},
            {"mean", d.mean},
            {"sigma", d.sigma},
            {"kurtosis", d.kurtosis},
            {"outlierShare", d.outlierShare},
            {"zeroShare", d.zeroShare},
            {"nan", qint64(d.nanCount)},
            {"infinite", qint64(d.infiniteCount)},
            {"generalisedGaussianShape", d.generalised.shape},
            {"entropyBits", code->entropyBits},
            {"expGolombBits", code->codeBits},
            {"expGolombOrder", qint64(code->order)}});
        const auto number = [](double value) { return QString::number(value, 'g', 4); };
        rows.push_back(
            {name, QString::fromStdString(layer.storedFormat),
             QString::number(8 * double(layer.storedBytes) / double(layer.parameters()), 'f', 2), number(d.minimum), number(d.maximum), number(d.mean), number(d.sigma), number(d.kurtosis),
             number(100 * d.outlierShare), number(d.generalised.shape), number(code->entropyBits),
             number(code->codeBits)});
    }
    if (context.json())
        context.print({{"layers", list}});
    else
        printTable(
            {"layer", "format", "bits", "min", "max", "mean", "sigma", "kurtosis", "outliers %", "GGD shape", "entropy",
             "Exp-Golomb"},
            rows);
    return Done;
}

} // namespace tritloom::cli
