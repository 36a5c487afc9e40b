#pragma once

#include "core/tensor/tensor.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <regex>

namespace tritloom {

/// An .npy file of little-endian f32 in row-major order.
inline Tensor readNpy(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    std::uint16_t header = 0;
    if (bytes.size() < 10)
        qFatal("%s is no npy file", path.c_str());
    std::memcpy(&header, bytes.data() + 8, sizeof header);
    const std::string text = bytes.substr(10, header);
    if (text.find("'<f4'") == std::string::npos || text.find("'fortran_order': False") == std::string::npos)
        qFatal("%s: %s", path.c_str(), text.c_str());
    Shape shape;
    const std::string sizes = text.substr(text.find('(') + 1, text.find(')') - text.find('(') - 1);
    const std::regex number("[0-9]+");
    for (auto at = std::sregex_iterator(sizes.begin(), sizes.end(), number); at != std::sregex_iterator(); ++at)
        shape.push_back(std::stoul(at->str()));
    std::vector<float> values((bytes.size() - 10 - header) / sizeof(float));
    std::memcpy(values.data(), bytes.data() + 10 + header, values.size() * sizeof(float));
    return Tensor::adoptFloats(std::move(shape), std::move(values));
}

} // namespace tritloom
