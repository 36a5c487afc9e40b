#include "app/session/idx_file.h"
#include "app/session/picture_labels.h"
#include "app/session/picture_set.h"
#include "tests/fuzz/scratch_folder.h"

using namespace tritloom;

/// The first byte chooses: pictures or labels of MNIST's format, a list of labels, a picture. Any bytes are
/// read, or there is an Error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const ScratchFolder scratch("picture_inputs_fuzz");
    static constexpr std::uint8_t pictures[] = {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 7};
    if (size == 0)
        return 0;
    const auto images = scratch.path() / "t10k-images-idx3-ubyte",
               labels = scratch.path() / "t10k-labels-idx1-ubyte", list = scratch.path() / "labels.txt",
               picture = scratch.path() / "x.png";
    std::filesystem::remove(labels);
    switch (data[0] % 4) {
    case 0:
        ScratchFolder::write(images, data + 1, size - 1);
        (void)readIdx(scratch.path());
        break;
    case 1:
        ScratchFolder::write(images, pictures, sizeof pictures);
        ScratchFolder::write(labels, data + 1, size - 1);
        (void)readIdx(scratch.path());
        break;
    case 2:
        ScratchFolder::write(list, data + 1, size - 1);
        (void)labelsOf({{"/a/x_1.png", "", "x_1"}, {"/a/y_2.png", "", "y_2"}}, list, 10);
        break;
    default:
        ScratchFolder::write(picture, data + 1, size - 1);
        (void)readPicture(picture);
    }
    return 0;
}
