#include "png_file.h"

#include <png.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace sample {

void writeSheet(const std::string& path, const std::vector<Canvas>& pictures, int columns)
{
    const int side = pictures.front().side, rows = (int(pictures.size()) + columns - 1) / columns;
    const int gap = pictures.size() > 1 ? 2 : 0, width = columns * (side + gap), height = rows * (side + gap);
    std::vector<png_byte> bytes(std::size_t(3) * std::size_t(width) * std::size_t(height), 255);
    for (int i = 0; i < int(pictures.size()); ++i)
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x)
                for (int c = 0; c < 3; ++c) {
                    const int row = i / columns * (side + gap) + y, column = i % columns * (side + gap) + x;
                    const float value = std::clamp(pictures[std::size_t(i)].at(c, y, x), 0.0f, 1.0f);
                    bytes[std::size_t((row * width + column) * 3 + c)] = png_byte(std::lround(value * 255));
                }
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = png_uint_32(width);
    image.height = png_uint_32(height);
    image.format = PNG_FORMAT_RGB;
    if (png_image_write_to_file(&image, path.c_str(), 0, bytes.data(), 0, nullptr) == 0)
        throw std::runtime_error(path + ": " + image.message);
}

void writePng(const std::string& path, const Canvas& canvas)
{
    writeSheet(path, {canvas}, 1);
}

} // namespace sample
