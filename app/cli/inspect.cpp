#include "app/cli/model_commands.h"

#include "core/architecture/network_cost.h"

#include <QJsonArray>

namespace tritloom::cli {

int inspect(Context& context, const QStringList& arguments)
{
    context.addArgument(
        "MODEL",
        "GGUF, a Hugging Face or diffusers folder, ONNX, a PyTorch state dict (also zipped), Keras weights "
        "(HDF5), TensorFlow.js, deeplearn.js, a llama2.c checkpoint, or .tritloom.");
    addBaseOption(context);
    if (!context.parse(arguments, 1))
        return context.exitCode;
    const auto loaded = context.load(context.parser.positionalArguments()[0]);
    if (!loaded)
        return context.fail(loaded.error());
    if (const auto checked = checkBase(context, {}); !checked)
        return context.fail(checked.error());
    const Model& model = **loaded;
    QJsonArray tensors, notices;
    std::vector<QStringList> rows;
    for (const NamedTensor& tensor : model.file->tensors) {
        QJsonArray shape;
        QStringList sizes;
        for (const std::size_t size : tensor.fileShape.empty() ? tensor.shape : tensor.fileShape) {
            shape.append(qint64(size));
            sizes.append(QString::number(size));
        }
        const QString name = QString::fromStdString(tensor.name);
        QString format = QString::fromStdString(storedFormat(tensor)->id());
        if (tensor.replacement)
            format += QString(" and %1 more parts").arg(tensor.replacement->parts.size() - 1);
        const auto bytes = qint64(storedBytes(tensor));
        const std::size_t elements = TensorType{nullptr, tensor.shape}.elements();
        const QString bits =
            elements == 0 ? QString("-") : QString::number(8 * double(bytes) / double(elements), 'f', 2);
        tensors.append(QJsonObject{{"name", name}, {"shape", shape}, {"format", format}, {"bytes", bytes}});
        rows.push_back({name, sizes.join(" x "), format, bits, formatBytes(std::uint64_t(bytes))});
    }
    const double layerBits = bitsPerWeight(model, model.original(), {});
    std::uint64_t layerBytes = 0;
    for (const Layer& layer : model.layers)
        layerBytes += layer.storedBytes;
    for (const std::string& notice : model.file->notices)
        notices.append(QString::fromStdString(notice));
    const QString architecture = QString::fromStdString(model.file->architecture());
    if (context.json()) {
        context.print(
            {{"architecture", architecture},
             {"fileFormat", QString::fromStdString(model.file->format)},
             {"parameters", qint64(model.parameters())},
             {"bytes", qint64(model.bytes())},
             {"contextLength", qint64(model.contextLength)},
             {"canBeEvaluated", model.picture || (model.graph.has_value() && model.tokenizer != nullptr)},
             {"whyNotEvaluated",
              QString::fromStdString(
                  model.picture     ? ""
                      : model.graph ? model.whyNoTokenizer
                                    : model.whyNotEvaluated)},
             {"task",
              model.picture ? QString::fromStdString(std::string(nameOf(model.picture->task))) : "text"},
             {"layers", qint64(model.layers.size())},
             {"layerBytes", qint64(layerBytes)},
             {"bitsPerWeight", layerBits}, // of the layers, as 'allocate' counts
             {"notices", notices},
             {"original", originalJson(model)},
             {"tensors", tensors}});
        return Done;
    }
    std::printf(
        "%s: %s, %s parameters, %s in %zu tensors\n", model.file->path.filename().c_str(),
        architecture.isEmpty() ? "unknown architecture" : qPrintable(architecture),
        qPrintable(QLocale(QLocale::English).toString(qulonglong(model.parameters()))),
        qPrintable(formatBytes(model.bytes())), model.file->tensors.size());
    if (!model.layers.empty())
        std::printf(
            "%zu layers to compress: %s, %.3f bits a weight with scales; over all tensors %.3f\n",
            model.layers.size(), qPrintable(formatBytes(layerBytes)), layerBits,
            8 * double(model.bytes()) / double(std::max<std::size_t>(1, model.parameters())));
    if (const std::string original = originalText(model); !original.empty())
        std::printf("%s\n", original.c_str());
    if (!model.graph)
        std::printf("cannot be evaluated: %s\n", model.whyNotEvaluated.c_str());
    if (model.picture)
        std::printf(
            "pictures: %s, %zu channel%s, %s\n", std::string(nameOf(model.picture->task)).c_str(),
            model.picture->channels, model.picture->channels == 1 ? "" : "s",
            model.picture->height == 0
                ? "any size"
                : fmt::format("{} x {}", model.picture->width, model.picture->height).c_str());
    if (model.picture && model.graph)
        for (const NetworkCost& cost : networkCosts(model, *model.graph).value_or(std::vector<NetworkCost>()))
            std::printf(
                "one run%s%s: %.4g G multiply-adds, %s for weights as 32-bit floats, %s for values\n",
                cost.name.empty() ? "" : " of ", cost.name.c_str(), cost.multiplyAdds / 1e9,
                qPrintable(formatBytes(cost.weightBytes)), qPrintable(formatBytes(cost.liveBytes)));
    if (!model.picture && !model.tokenizer)
        std::printf("cannot read text: %s\n", model.whyNoTokenizer.c_str());
    for (const std::string& notice : model.file->notices)
        std::printf("note: %s\n", notice.c_str());
    printTable({"tensor", "shape", "format", "bits", "bytes"}, rows);
    return Done;
}

} // namespace tritloom::cli
