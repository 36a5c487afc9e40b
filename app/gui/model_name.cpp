#include "app/gui/model_name.h"

#include "core/file/model_file.h"

#include <QDir>
#include <QFileInfo>
#include <QRegularExpression>

namespace tritloom {
namespace {

/// Names that say nothing, as the libraries write them that save models.
bool isGeneric(const QString& fileName)
{
    static const QRegularExpression generic(
        QStringLiteral(
            "^(model|pytorch_model|diffusion_pytorch_model|model_index|tf_model|consolidated|config|"
            "weights|checkpoint|unet|network)"
            "([._-]?(quantized|fp16|fp32|int8|q4|q4f16|ema_only|best|latest|last|index|[0-9]+"
            "(-of-[0-9]+)?))?(\\.safetensors)?(\\.fp16)?(\\.index)?"
            "\\.(safetensors|bin|json|onnx|pt|pth|gguf|ckpt)$"),
        QRegularExpression::CaseInsensitiveOption);
    return generic.match(fileName).hasMatch();
}

} // namespace

QString modelName(const QString& path)
{
    const QFileInfo info(QDir::cleanPath(path));
    if (!isGeneric(info.fileName()))
        return info.fileName();
    QDir folder = info.absoluteDir();
    // .cache/huggingface/hub/models--owner--name/snapshots/<hash>/model.safetensors
    const QStringList parts = folder.path().split(QLatin1Char('/'));
    for (qsizetype i = parts.size() - 1; i > 0; --i)
        if (parts[i] == QLatin1String("snapshots") && parts[i - 1].startsWith(QLatin1String("models--")))
            return parts[i - 1].mid(8).replace(QStringLiteral("--"), QStringLiteral("/"));
    return folder.dirName().isEmpty() ? info.fileName() : folder.dirName();
}

QString withoutModelSuffix(const QString& name)
{
    static const QRegularExpression suffix(
        QStringLiteral("\\.(gguf|safetensors|json|bin|onnx|pt|pth|th|hdf5|h5|ckpt|tritloom|tritproj)$"),
        QRegularExpression::CaseInsensitiveOption);
    return QString(name).remove(suffix);
}

QString modelPatterns()
{
    QStringList patterns;
    for (const ModelFormat& format : modelFormats())
        patterns << QString::fromUtf8(format.patterns.data(), qsizetype(format.patterns.size()));
    patterns << QStringLiteral("*.tritproj");
    return patterns.join(QLatin1Char(' '));
}

} // namespace tritloom
