#include "app/cli/model_commands.h"
#include "app/cli/picture_commands.h"

namespace tritloom::cli {

// The only list of commands.
std::span<const Command> commands()
{
    static constexpr Command list[] = {
        {"inspect", "what is in a model file", inspect},
        {"stats", "the distribution of each layer's weights", stats},
        {"sensitivity", "what each format costs in each layer, measured", sensitivity},
        {"analyse", "a report by an analysis plugin: scaling laws, memory faults, ranks of metrics", analyse},
        {"allocate", "choose formats for a size or a mean number of bits", allocate},
        {"recipe", "what differs between two recipes, or what a compressed model is", recipe},
        {"export", "write a compressed model by a recipe and read it back", exportModel},
        {"evaluate", "quality on a text or on pictures, and divergence from a reference", evaluate},
        {"blame", "which layers cost a token, or the loss of a text", blame},
        {"generate", "continue a text, or make pictures", generate},
        {"planes", "the bit planes of pictures, and how noisy the lowest are", planes},
        {"compare", "several formats and methods side by side", compare},
        {"imatrix", "write how loud each layer's inputs are, for llama.cpp", imatrix},
        {"bench", "speeds beside what this machine can do", bench},
        {"formats", "the number formats", formats},
        {"methods", "the compression methods", methods},
        {"targets", "the file formats that can be written", targets},
        {"devices", "the devices that can compute", listDevices},
        {"screenshot", "a picture of a page of the window", screenshot},
    };
    return list;
}

} // namespace tritloom::cli
