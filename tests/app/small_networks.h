#pragma once

#include <QDir>
#include <QFile>
#include <QImage>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtEndian>

#include <cmath>
#include <random>
#include <vector>

namespace tritloom {

/// Networks on pictures of a few kilobytes, written where a test wants them, and pictures for them.

struct NamedNumbers {
    QString name;
    std::vector<int> shape;
    double scale = 0.3;
};

inline std::vector<float> seededNumbers(const std::vector<int>& shape, double scale, unsigned seed)
{
    std::size_t count = 1;
    for (const int side : shape)
        count *= std::size_t(side);
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, float(scale));
    std::vector<float> numbers(count);
    for (float& number : numbers)
        number = normal(random);
    return numbers;
}

inline bool writeSafetensors(const QString& path, const std::vector<NamedNumbers>& tensors)
{
    QJsonObject header;
    QByteArray data;
    unsigned seed = 1;
    for (const NamedNumbers& tensor : tensors) {
        const auto numbers = seededNumbers(tensor.shape, tensor.scale, seed++);
        QJsonArray shape;
        for (const int side : tensor.shape)
            shape.append(side);
        const qsizetype begin = data.size();
        data.append(reinterpret_cast<const char*>(numbers.data()), qsizetype(numbers.size() * sizeof(float)));
        header[tensor.name] =
            QJsonObject{{"dtype", "F32"}, {"shape", shape}, {"data_offsets", QJsonArray{begin, data.size()}}};
    }
    const QByteArray text = QJsonDocument(header).toJson(QJsonDocument::Compact);
    QByteArray length(8, 0);
    qToLittleEndian(quint64(text.size()), length.data());
    QFile file(path);
    return file.open(QIODevice::WriteOnly)
        && file.write(length + text + data) == 8 + text.size() + data.size();
}

/// Twice as many pixels each way, grey: two convolutions and an anchor (QuickSRNet).
inline bool writeSuperResolution(const QString& path)
{
    return writeSafetensors(
        path,
        {{"cnn.0.weight", {8, 1, 3, 3}, 0.3},
         {"cnn.0.bias", {8}, 0.1},
         {"cnn.2.weight", {8, 8, 3, 3}, 0.15},
         {"cnn.2.bias", {8}, 0.1},
         {"conv_last.weight", {4, 8, 3, 3}, 0.1},
         {"conv_last.bias", {4}, 0.05},
         {"anchor.net.weight", {4, 1, 1, 1}, 0.6},
         {"anchor.net.bias", {4}, 0.2}});
}

/// Grey pictures of shapes in one folder a class ("0", "1", ...), or, with no classes, in one folder.
inline bool writePictures(const QString& folder, int count, int side, int classes)
{
    for (int i = 0; i < count; ++i) {
        QImage image(side, side, QImage::Format_Grayscale8);
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x)
                image.scanLine(y)[x] = uchar(
                    127
                    + 120
                        * std::sin(
                            0.9 * x * (1 + i % 3) / std::sqrt(side) + 0.7 * y * (1 + i % 2) / std::sqrt(side)
                            + i));
        const QString into = classes > 0 ? folder + QString("/%1").arg(i % classes) : folder;
        if (!QDir().mkpath(into) || !image.save(into + QString("/%1.png").arg(i, 2, 10, QChar('0'))))
            return false;
    }
    return true;
}

} // namespace tritloom
