#include "app/cli/model_commands.h"
#include "app/cli/picture_commands.h"

namespace tritloom::cli {

// The only list of commands; those of one heading stand together.
std::span<const Command> commands()
{
    static constexpr const char *look = "Look at a model", *choose = "Choose bits",
                                *make = "Make a smaller model", *judge = "Judge the outcome",
                                *there = "What there is";
    static constexpr Command list[] = {
        {look, "inspect", "what is in a model file", inspect},
        {look, "stats", "the distribution of each layer's weights", stats},
        {look, "analyse", "a report by an analysis plugin: scaling laws, memory faults, ranks of metrics",
         analyse},
        {look, "planes", "the bit planes of pictures, and how noisy the lowest are", planes},
        {look, "imatrix", "write how loud each layer's inputs are, for llama.cpp", imatrix},
        {look, "screenshot", "a picture of a page of the window", screenshot},
        {choose, "sensitivity", "what each format costs in each layer, measured", sensitivity},
        {choose, "allocate", "choose formats for a size or a mean number of bits", allocate},
        {choose, "compare", "several formats and methods side by side", compare},
        {choose, "recipe", "what differs between two recipes, or what a compressed model is", recipe},
        {make, "export", "write a compressed model by a recipe and read it back", exportModel},
        {judge, "evaluate", "quality on a text or on pictures, and divergence from a reference", evaluate},
        {judge, "blame", "which layers cost a token, or the loss of a text", blame},
        {judge, "generate", "continue a text, or make pictures", generate},
        {judge, "deltas", "several fine-tunes over one base: what each takes, says and scores", deltas},
        {judge, "bench", "speeds beside what this machine can do", bench},
        {there, "formats", "the number formats", formats},
        {there, "methods", "the compression methods", methods},
        {there, "targets", "the file formats that can be written", targets},
        {there, "devices", "the devices that can compute", listDevices},
        {there, "completion", "what bash and zsh complete of these commands", completion},
    };
    return list;
}

} // namespace tritloom::cli
