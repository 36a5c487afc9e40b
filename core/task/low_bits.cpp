#include "core/task/low_bits.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

ByteImage bytesOf(const Picture& picture)
{
    ByteImage image{picture.channels, picture.height, picture.width, {}};
    image.values.reserve(picture.values.size());
    for (const float value : picture.values)
        image.values.push_back(std::uint8_t(std::lround(std::clamp(value, 0.0f, 1.0f) * 255)));
    return image;
}

Picture pictureOf(const ByteImage& image)
{
    Picture picture(image.channels, image.height, image.width);
    for (std::size_t i = 0; i < image.values.size(); ++i)
        picture.values[i] = float(image.values[i]) / 255;
    return picture;
}

Picture detectorView(const Picture& picture, const LowBits& how)
{
    const ByteImage noise = detectorNoise(bytesOf(withChannels(picture, 3)), how.scale);
    const auto patches = how.seed ? randomPatches(noise, *how.seed) : gridPatches(noise);
    return pictureOf(detectorPatch(noise, strongest(patches)));
}

} // namespace tritloom
