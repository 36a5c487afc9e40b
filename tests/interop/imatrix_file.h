#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// Importance matrices as llama.cpp writes them: GGUF (in_sum2 and counts) or the old .dat.
namespace interop {

class ImatrixReader {
public:
    explicit ImatrixReader(const std::filesystem::path& path)
        : name(path.string())
    {
        std::ifstream stream(path, std::ios::binary);
        if (!stream)
            complain("cannot be opened");
        bytes.assign(std::istreambuf_iterator<char>(stream), {});
    }

    std::map<std::string, std::vector<float>> read()
    {
        return bytes.size() >= 4 && std::memcmp(bytes.data(), "GGUF", 4) == 0 ? readGguf() : readOld();
    }

private:
    [[noreturn]] void complain(const std::string& what) const
    {
        throw std::runtime_error("importance matrix " + name + " " + what);
    }

    const char* take(uint64_t count)
    {
        if (count > bytes.size() - at)
            complain("ends too early");
        at += count;
        return bytes.data() + at - count;
    }

    template <typename T>
    T take()
    {
        T value;
        std::memcpy(&value, take(sizeof(T)), sizeof(T));
        return value;
    }

    std::string takeString(uint64_t count)
    {
        const char* text = take(count);
        return {text, count};
    }

    std::vector<float> takeFloats(uint64_t count)
    {
        if (count > (bytes.size() - at) / sizeof(float))
            complain("ends too early");
        std::vector<float> values(count);
        std::memcpy(values.data(), take(count * sizeof(float)), count * sizeof(float));
        return values;
    }

    void skipValue(int32_t type)
    {
        static constexpr int sizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
        if (type == 8)
            take(take<uint64_t>());
        else if (type == 9) {
            const auto element = take<int32_t>();
            const auto count = take<uint64_t>();
            if (element == 9)
                complain("holds an array of arrays");
            for (uint64_t i = 0; i < count; ++i)
                skipValue(element);
        } else if (type >= 0 && type <= 12)
            take(uint64_t(sizes[type]));
        else
            complain("holds a value of an unknown kind");
    }

    std::map<std::string, std::vector<float>> readGguf()
    {
        struct Tensor {
            uint64_t elements, offset;
        };
        take(8);
        const auto tensorCount = take<int64_t>();
        const auto keyCount = take<int64_t>();
        uint64_t alignment = 32;
        for (int64_t i = 0; i < keyCount; ++i) {
            const std::string key = takeString(take<uint64_t>());
            const auto type = take<int32_t>();
            if (key == "general.alignment" && type == 4)
                alignment = take<uint32_t>();
            else
                skipValue(type);
        }
        std::map<std::string, Tensor> tensors;
        for (int64_t i = 0; i < tensorCount; ++i) {
            const std::string tensor = takeString(take<uint64_t>());
            const auto dimensions = take<uint32_t>();
            uint64_t elements = 1;
            for (uint32_t d = 0; d < dimensions; ++d)
                elements *= take<uint64_t>();
            if (take<int32_t>() != 0)
                complain("has a tensor that is not F32: " + tensor);
            tensors[tensor] = {elements, take<uint64_t>()};
        }
        if (alignment == 0)
            complain("has an alignment of 0");
        const uint64_t start = (at + alignment - 1) / alignment * alignment;
        const auto load = [&](const Tensor& tensor) {
            at = start;
            take(tensor.offset);
            return takeFloats(tensor.elements);
        };

        constexpr std::string_view suffix = ".in_sum2";
        std::map<std::string, std::vector<float>> result;
        for (const auto& [tensor, place] : tensors) {
            if (!tensor.ends_with(suffix))
                continue;
            const std::string weight = tensor.substr(0, tensor.size() - suffix.size());
            const auto found = tensors.find(weight + ".counts");
            if (found == tensors.end())
                complain("lacks the counts of " + weight);
            std::vector<float> values = load(place);
            const std::vector<float> counts = load(found->second);
            if (counts.empty() || values.size() % counts.size() != 0)
                complain("has counts that do not fit " + weight);
            const size_t columns = values.size() / counts.size(); // one run of columns for each expert
            for (size_t i = 0; i < values.size(); ++i) {
                const float count = counts[i / columns];
                values[i] = count > 0 ? values[i] / count : 1.0f;
            }
            result[weight] = std::move(values);
        }
        return result;
    }

    std::map<std::string, std::vector<float>> readOld()
    {
        std::map<std::string, std::vector<float>> result;
        const auto entries = take<int32_t>();
        for (int32_t e = 0; e < entries; ++e) {
            const auto length = take<int32_t>();
            if (length < 1)
                complain("has an entry without a name");
            const std::string weight = takeString(uint64_t(length));
            const auto calls = take<int32_t>();
            const auto count = take<int32_t>();
            if (count < 1)
                complain("has no values for " + weight);
            std::vector<float> values = takeFloats(uint64_t(count));
            if (calls > 0)
                for (float& value : values)
                    value /= float(calls);
            result[weight] = std::move(values);
        }
        return result;
    }

    std::string name;
    std::vector<char> bytes;
    size_t at = 0;
};

/// The mean of x^2 for each input column of each weight, by tensor name.
inline std::map<std::string, std::vector<float>> readImatrix(const std::filesystem::path& path)
{
    auto result = ImatrixReader(path).read();
    if (result.empty())
        throw std::runtime_error("importance matrix " + path.string() + " is empty");
    return result;
}

} // namespace interop
