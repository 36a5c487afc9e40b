#include "core/calibrate/imatrix_file.h"

#include "core/base/byte_reader.h"
#include "core/base/mapped_file.h"
#include "core/base/part_file.h"
#include "core/base/utf8.h"
#include "core/file/gguf.h"
#include "core/file/gguf_writer.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace tritloom {
namespace {

constexpr std::string_view sumsSuffix = ".in_sum2", countsSuffix = ".counts";

std::string stemOf(std::string_view name, std::string_view suffix)
{
    return std::string(name.substr(0, name.size() - suffix.size()));
}

Result<ImatrixFile> fromGguf(const std::filesystem::path& path)
{
    const ModelFile file = TRY(gguf::read(path));
    if (file.metadata.text("general.type") != "imatrix")
        return fail(
            ErrorCode::InvalidInput, "{} is no importance matrix: general.type is '{}'", path.string(),
            printable(file.metadata.text("general.type").value_or("")));
    ImatrixFile result;
    if (const auto* const names = file.metadata.strings("imatrix.datasets"))
        result.datasets = *names;
    result.chunkCount = static_cast<std::uint32_t>(file.metadata.integer("imatrix.chunk_count").value_or(0));
    result.chunkSize = static_cast<std::uint32_t>(file.metadata.integer("imatrix.chunk_size").value_or(0));
    std::map<std::string_view, const NamedTensor*> named;
    for (const NamedTensor& tensor : file.tensors)
        named.emplace(tensor.name, &tensor);
    for (const NamedTensor& tensor : file.tensors) {
        if (!tensor.name.ends_with(sumsSuffix))
            continue;
        const std::string stem = stemOf(tensor.name, sumsSuffix);
        const auto counts = named.find(stem + std::string(countsSuffix));
        if (counts == named.end())
            return fail(ErrorCode::InvalidInput, "{}: '{}' has no counts", path.string(), printable(stem));
        ImatrixFile::Entry entry{
            TRY(materialise(tensor)).toFloats(), TRY(materialise(*counts->second)).toFloats()};
        if (entry.counts.empty() || entry.sums.size() % entry.counts.size() != 0)
            return fail(
                ErrorCode::InvalidInput, "{}: '{}' has {} sums and {} counts", path.string(), printable(stem),
                entry.sums.size(), entry.counts.size());
        result.entries[stem] = std::move(entry);
    }
    return result;
}

Result<ImatrixFile> fromOld(std::span<const std::byte> bytes, const std::string& name)
{
    ByteReader reader(bytes);
    const auto shorter = [&](std::string_view what) {
        return fail(
            ErrorCode::InvalidInput, "{} is no importance matrix, or it is cut off: {} is missing at byte {}",
            name, what, reader.position());
    };
    const auto count = reader.number<std::int32_t>();
    if (!count)
        return shorter("the number of entries");
    if (*count < 1)
        return fail(ErrorCode::InvalidInput, "{} is no importance matrix: it says {} entries", name, *count);
    ImatrixFile result;
    for (std::int32_t i = 0; i < *count; ++i) {
        const auto length = reader.number<std::int32_t>();
        if (!length || *length < 1)
            return shorter("the length of a name");
        const auto stem = reader.text(static_cast<std::uint64_t>(*length));
        const auto calls = stem ? reader.number<std::int32_t>() : std::nullopt;
        const auto columns = calls ? reader.number<std::int32_t>() : std::nullopt;
        if (!columns || *columns < 1)
            return shorter("the size of an entry");
        const auto values = reader.take(static_cast<std::uint64_t>(*columns) * sizeof(float));
        if (!values)
            return shorter("the rest of '" + printable(*stem) + "'");
        ImatrixFile::Entry entry;
        entry.sums.resize(static_cast<std::size_t>(*columns));
        std::memcpy(entry.sums.data(), values->data(), values->size());
        entry.counts = {static_cast<float>(std::max(*calls, 1))}; // so that sum / count is the mean
        if (!result.entries.emplace(*stem, std::move(entry)).second)
            return fail(ErrorCode::InvalidInput, "{}: '{}' is there twice", name, printable(*stem));
    }
    // Files older than these fields end here.
    if (const auto chunks = reader.number<std::int32_t>())
        result.chunkCount = static_cast<std::uint32_t>(std::max(*chunks, 0));
    if (const auto length = reader.number<std::int32_t>(); length && *length > 0)
        if (const auto text = reader.text(static_cast<std::uint64_t>(*length)))
            result.datasets = {std::string(*text)};
    return result;
}

Result<void> writeGguf(const std::filesystem::path& path, const ImatrixFile& file)
{
    Metadata metadata;
    metadata.set("general.type", std::string("imatrix"));
    metadata.set("imatrix.datasets", file.datasets);
    metadata.set("imatrix.chunk_count", file.chunkCount);
    metadata.set("imatrix.chunk_size", file.chunkSize);
    std::vector<gguf::Slot> slots;
    std::vector<Tensor> tensors;
    for (const auto& [name, entry] : file.entries) {
        const std::size_t experts = entry.counts.size();
        tensors.push_back(Tensor::adoptFloats({experts, entry.sums.size() / experts}, entry.sums));
        slots.push_back({name + std::string(sumsSuffix), tensors.back().type()});
        tensors.push_back(Tensor::adoptFloats({experts, 1}, entry.counts));
        slots.push_back({name + std::string(countsSuffix), tensors.back().type()});
    }
    auto writer = TRY(gguf::Writer::create(path, metadata, slots));
    for (const Tensor& tensor : tensors)
        TRY_VOID(writer.add(tensor));
    (void)TRY(writer.finish());
    return writer.commit();
}

Result<void> writeOld(const std::filesystem::path& path, const ImatrixFile& file)
{
    std::string bytes;
    const auto number = [&](std::size_t value) {
        const auto narrow = static_cast<std::int32_t>(value);
        bytes.append(reinterpret_cast<const char*>(&narrow), sizeof narrow);
    };
    const std::int32_t calls = static_cast<std::int32_t>(std::max(file.chunkCount, 1u));
    number(file.entries.size());
    for (const auto& [name, entry] : file.entries) {
        number(name.size());
        bytes += name;
        number(std::size_t(calls));
        std::vector<float> means = entry.meanSquares();
        number(means.size());
        for (float& mean : means)
            mean *= static_cast<float>(calls);
        bytes.append(reinterpret_cast<const char*>(means.data()), means.size() * sizeof(float));
    }
    number(file.chunkCount);
    const std::string dataset = file.datasets.empty() ? "" : file.datasets.front();
    number(dataset.size());
    bytes += dataset;
    PartFile part = TRY(PartFile::create(path));
    TRY_VOID(part.write(std::as_bytes(std::span(bytes))));
    return part.commit();
}

} // namespace

std::vector<float> ImatrixFile::Entry::meanSquares() const
{
    const std::size_t columns = sums.size() / std::max<std::size_t>(1, counts.size());
    std::vector<double> total(columns);
    double tokens = 0;
    for (std::size_t e = 0; e < counts.size(); ++e) {
        tokens += std::max(counts[e], 0.0f);
        for (std::size_t c = 0; c < columns; ++c)
            total[c] += sums[e * columns + c];
    }
    std::vector<float> means(columns, 1.0f);
    for (std::size_t c = 0; c < columns && tokens > 0; ++c)
        means[c] = static_cast<float>(total[c] / tokens);
    return means;
}

Result<ImatrixFile> readImatrix(const std::filesystem::path& path)
{
    const auto mapped = TRY(MappedFile::open(path));
    const auto bytes = mapped->bytes();
    const bool isGguf = bytes.size() >= 4 && std::memcmp(bytes.data(), "GGUF", 4) == 0;
    ImatrixFile result = isGguf ? TRY(fromGguf(path)) : TRY(fromOld(bytes, path.string()));
    for (const auto& [name, entry] : result.entries)
        for (const auto* const numbers : {&entry.sums, &entry.counts})
            if (!std::ranges::all_of(
                    *numbers, [](float value) { return std::isfinite(value) && value >= 0; }))
                return fail(
                    ErrorCode::InvalidInput, "{}: '{}' holds a number that is no sum of squares",
                    path.string(), printable(name));
    if (result.entries.empty())
        return fail(ErrorCode::InvalidInput, "{} says nothing about any matrix", path.string());
    return result;
}

Result<void> writeImatrix(const std::filesystem::path& path, const ImatrixFile& file, ImatrixForm form)
{
    if (file.entries.empty())
        return fail(ErrorCode::InvalidInput, "there is no statistic to write to {}", path.string());
    return form == ImatrixForm::Gguf ? writeGguf(path, file) : writeOld(path, file);
}

Result<ImatrixFile> imatrixOf(
    const Model& model, Statistics& statistics, std::string dataset, std::uint32_t chunkSize,
    std::stop_token stop, const std::function<void(double)>& progress)
{
    if (!model.graph)
        return fail(ErrorCode::Unsupported, "no statistics: {}", model.whyNotEvaluated);
    std::set<TensorId> read;
    for (const Node& node : model.graph->nodes)
        if (node.op.kind == OpKind::Linear)
            read.insert(node.weights[0]);
    ImatrixFile result;
    result.datasets = {std::move(dataset)};
    const std::size_t tokens = statistics.tokenCount();
    result.chunkSize = chunkSize;
    result.chunkCount = static_cast<std::uint32_t>(tokens / std::max<std::uint32_t>(1, chunkSize));
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        if (!read.contains(model.layers[i].tensor))
            continue;
        const auto columns = TRY(statistics.of(LayerId(i), Calibration::MeanSquare, stop, progress));
        ImatrixFile::Entry entry{columns.meanSquare.toFloats(), {static_cast<float>(tokens)}};
        for (float& value : entry.sums)
            value *= static_cast<float>(tokens);
        result.entries[model.layers[i].name] = std::move(entry);
    }
    return result;
}

} // namespace tritloom
