#include "png_file.h"
#include "scenes.h"
#include "training.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string_view>

namespace {

constexpr struct {
    std::string_view name;
    void (*make)(const std::string& folder, int steps);
} samples[] = {
    {"classification", sample::makeClassifier},
    {"super-resolution", sample::makeSuperResolution},
    {"generation", sample::makeDenoiser},
};

/// Sheets of what the program draws, to look at.
void drawSheets(const std::string& folder)
{
    sample::Dice dice(7);
    std::vector<sample::Canvas> labelled, plain, crowded;
    for (std::size_t i = 0; i < 64; ++i) {
        labelled.push_back(sample::labelledScene(i % 16, dice));
        plain.push_back(sample::plainScene(i % 16, dice));
    }
    for (int i = 0; i < 8; ++i)
        crowded.push_back(sample::crowdedScene(128, dice));
    sample::writeSheet(folder + "/labelled.png", labelled, 16);
    sample::writeSheet(folder + "/plain.png", plain, 16);
    sample::writeSheet(folder + "/crowded.png", crowded, 4);
}

} // namespace

/// train_pictures FOLDER [NAME [STEPS]]: trains one sample, or all; "sheets" draws examples only.
int main(int argc, char** argv)
{
    if (argc < 2) {
        std::fputs(
            "usage: train_pictures FOLDER [classification|super-resolution|generation|sheets [STEPS]]\n",
            stderr);
        return 2;
    }
    torch::set_num_threads(1); // sums in one order: the same weights each time
    const std::string folder = argv[1];
    const std::string_view wanted = argc > 2 ? argv[2] : "";
    const int steps = argc > 3 ? std::atoi(argv[3]) : 0;
    try {
        bool known = wanted.empty();
        if (wanted == "sheets") {
            std::filesystem::create_directories(folder);
            drawSheets(folder);
            known = true;
        }
        for (const auto& [name, make] : samples)
            if (wanted.empty() || wanted == name) {
                const std::string into = folder + "/" + std::string(name);
                std::filesystem::create_directories(into);
                make(into, steps);
                known = true;
            }
        if (!known) {
            std::fprintf(stderr, "no sample is called %s\n", argv[2]);
            return 2;
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
