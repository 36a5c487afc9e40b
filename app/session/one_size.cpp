#include "app/session/one_size.h"

#include "core/image/picture.h"

#include <algorithm>

namespace tritloom {

std::vector<PictureSample> ofOneSize(std::vector<PictureSample> samples, const PictureModel& model)
{
    std::size_t height = 128, width = 128;
    for (const PictureSample& sample : samples) {
        height = std::min(height, sample.given.height);
        width = std::min(width, sample.given.width);
    }
    if (model.height != 0)
        height = model.height;
    if (model.width != 0)
        width = model.width;
    height -= height % model.multiple;
    width -= width % model.multiple;
    for (PictureSample& sample : samples) {
        const Picture& given = sample.given; // what should come out shows the same part
        const std::size_t scale = sample.target.isEmpty() ? 0 : sample.target.height / given.height;
        if (scale > 0)
            sample.target = cropped(
                sample.target, (given.height - height) / 2 * scale, (given.width - width) / 2 * scale,
                height * scale, width * scale);
        sample.given = centreCrop(sample.given, height, width);
    }
    return samples;
}

} // namespace tritloom
