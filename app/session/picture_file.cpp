#include "app/session/picture_set.h"

#include "core/base/mapped_file.h"
#include "core/base/part_file.h"

#include <QBuffer>
#include <QImageReader>

#include <algorithm>
#include <cmath>

namespace tritloom {

Result<Picture> readPicture(const std::filesystem::path& path)
{
    if (TRY(MappedFile::open(path))->bytes().empty()) // which does not wait for a pipe's writer
        return fail(ErrorCode::InvalidInput, "{}: the file is empty", path.string());
    QImageReader reader(QString::fromStdString(path.string()));
    QImage image;
    // The library says only that it cannot read what is beyond its limit.
    constexpr qint64 bytesOfPixel = 4;
    const QSize size = reader.size();
    if (const qint64 most = qint64(QImageReader::allocationLimit()) << 20;
        most > 0 && size.isValid() && size.width() * qint64(size.height()) > most / bytesOfPixel)
        return fail(
            ErrorCode::Unsupported, "{}: {} x {} pixels, more than {} are not read", path.string(),
            size.width(), size.height(), most / bytesOfPixel);
    if (!reader.read(&image))
        return fail(ErrorCode::Io, "{}: {}", path.string(), reader.errorString().toStdString());
    const bool deep = image.depth() > 32 || image.format() == QImage::Format_Grayscale16;
    const bool isGrey = image.isGrayscale();
    image.convertTo(deep ? QImage::Format_RGBX64 : QImage::Format_RGB888);
    Picture picture(isGrey ? 1 : 3, std::size_t(image.height()), std::size_t(image.width()));
    for (std::size_t y = 0; y < picture.height; ++y) {
        const uchar* const line = image.constScanLine(int(y));
        for (std::size_t x = 0; x < picture.width; ++x)
            for (std::size_t c = 0; c < picture.channels; ++c)
                picture.at(c, y, x) = deep
                    ? float(reinterpret_cast<const quint16*>(line)[4 * x + c]) / 65535.0f
                    : float(line[3 * x + c]) / 255.0f;
    }
    return picture;
}

Result<void> writePicture(const Picture& picture, const std::filesystem::path& path)
{
    QImage image(int(picture.width), int(picture.height), QImage::Format_RGB888);
    for (std::size_t y = 0; y < picture.height; ++y)
        for (std::size_t x = 0; x < picture.width; ++x)
            for (std::size_t c = 0; c < 3; ++c) {
                const float value = picture.at(picture.channels == 1 ? 0 : c, y, x);
                image.scanLine(int(y))[3 * x + c] = uchar(std::lround(std::clamp(value, 0.0f, 1.0f) * 255));
            }
    if (picture.channels == 1)
        image.convertTo(QImage::Format_Grayscale8);
    QBuffer encoded; // a full disk is told by the file, not by the library of pictures
    encoded.open(QIODevice::WriteOnly);
    const QByteArray kind = QByteArray::fromStdString(path.extension().string()).mid(1);
    if (!image.save(&encoded, kind.isEmpty() ? "PNG" : kind.constData()))
        return fail(
            ErrorCode::Unsupported, "{}: pictures are not written as '{}'", path.string(),
            kind.toStdString());
    const auto bytes = std::as_bytes(std::span(encoded.data().constData(), std::size_t(encoded.size())));
    PartFile file = TRY(PartFile::create(path, bytes.size()));
    TRY_VOID(file.write(bytes));
    return file.commit();
}

} // namespace tritloom
