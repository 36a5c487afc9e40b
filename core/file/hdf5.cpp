#include "core/file/hdf5.h"

#include "core/base/byte_reader.h"
#include "core/base/checked.h"
#include "core/base/mapped_file.h"
#include "core/file/hdf5_structure.h"
#include "core/file/keras_text.h"

#include <algorithm>
#include <cstring>
#include <set>

// Why not libhdf5: here nothing is copied, a tensor is a view of the mapped file; and a file that somebody
// sends must not be able to crash the program, while Debian's 1.10 has a history of memory errors on damaged
// files. The part of the format that Keras uses is small.
namespace tritloom::hdf5 {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t mostDimensions = 8, deepestGroup = 32, longestPath = 512;
constexpr std::uint64_t mostElements = std::uint64_t{1} << 40, notAllocated = ~std::uint64_t{0};

/// Numbers that are tensors here, as a datatype message describes them (class, then bit fields).
struct TypeRow {
    std::uint32_t bytes;
    std::uint8_t exponentBits, mantissaBits; ///< 0: a signed whole number
    std::uint32_t bias;
    std::string_view format;
};
constexpr TypeRow types[] = {
    {2, 5, 10, 15, "f16"}, {4, 8, 23, 127, "f32"}, {8, 11, 52, 1023, "f64"}, {1, 0, 0, 0, "i8"},
    {2, 0, 0, 0, "i16"},   {4, 0, 0, 0, "i32"},    {8, 0, 0, 0, "i64"},
};

/// Reads the messages of one dataset.
class Dataset {
public:
    Dataset(std::span<const std::byte> bytes, std::string where)
        : m_bytes(bytes)
        , m_where(std::move(where))
    {
    }

    Result<Tensor> tensor(std::span<const Message> messages, std::shared_ptr<const void> owner)
    {
        for (const Message& message : messages) {
            if (message.type == externalFilesMessage)
                return refuse("lies in other files");
            if ((message.flags & 2) != 0)
                return refuse("shares a part of its header with other objects");
        }
        const Shape shape = TRY(shapeOf(TRY(needed(messages, dataspaceMessage, "shape"))));
        const TypeRow& type = TRY(typeOf(TRY(needed(messages, datatypeMessage, "type"))));
        const auto data = TRY(dataOf(TRY(needed(messages, layoutMessage, "place"))));
        const auto bytes = checkedMultiply(TensorType{nullptr, shape}.elements(), type.bytes);
        if (!bytes || *bytes != data.size())
            return fail(
                ErrorCode::InvalidInput, "{} is [{}] of {}, which are not its {} bytes", m_where,
                fmt::join(shape, ", "), type.format, data.size());
        return Tensor({parseNumberFormat(type.format).value(), shape}, data, std::move(owner));
    }

private:
    tl::unexpected<Error> refuse(const std::string& feature) const
    {
        return fail(
            ErrorCode::Unsupported,
            "{} {}: only numbers stored in one piece are read, as Keras' save_weights writes them", m_where,
            feature);
    }
    tl::unexpected<Error> broken(const char* what) const
    {
        return fail(ErrorCode::InvalidInput, "{} has no whole message of its {}", m_where, what);
    }

    Result<ByteReader> needed(std::span<const Message> messages, std::uint16_t type, const char* what) const
    {
        const auto found = std::ranges::find(messages, type, &Message::type);
        if (found == messages.end())
            return broken(what);
        return ByteReader(found->bytes);
    }

    Result<Shape> shapeOf(ByteReader in) const
    {
        const auto version = in.number<std::uint8_t>(), rank = in.number<std::uint8_t>();
        const bool skipped =
            version && in.take(*version == 1 ? 6 : 2).has_value(); // flags, kind and reserved
        if (!rank || !skipped || (*version != 1 && *version != 2))
            return broken("shape");
        if (*rank > mostDimensions)
            return refuse(fmt::format("has {} dimensions", *rank));
        Shape shape;
        std::uint64_t elements = 1;
        for (unsigned i = 0; i < *rank; ++i) {
            const auto size = in.number<std::uint64_t>();
            if (!size)
                return broken("shape");
            const auto product = checkedMultiply(elements, *size);
            if (!product || *product > mostElements || *size == 0)
                return fail(ErrorCode::InvalidInput, "{} has the size {} in dimension {}", m_where, *size, i);
            elements = *product;
            shape.push_back(std::size_t(*size));
        }
        return shape.empty() ? Shape{1} : shape;
    }

    Result<std::reference_wrapper<const TypeRow>> typeOf(ByteReader in) const
    {
        const auto head = in.number<std::uint8_t>(), order = in.number<std::uint8_t>(),
                   sign = in.number<std::uint8_t>();
        const bool skipped = in.take(1).has_value();
        const auto size = in.number<std::uint32_t>();
        if (!head || !sign || !skipped || !size)
            return broken("type");
        const unsigned kind = *head & 15u;
        if (kind > 1)
            return refuse(fmt::format("holds no numbers (its type has class {})", kind));
        if ((*order & (kind == 1 ? 0x41u : 1u)) != 0)
            return refuse("is not little-endian");
        const auto offset = in.number<std::uint16_t>(), precision = in.number<std::uint16_t>();
        if (!offset || !precision)
            return broken("type");
        std::uint8_t exponentBits = 0, mantissaBits = 0;
        std::uint32_t bias = 0;
        bool isUsual = *offset == 0 && *precision == *size * 8;
        if (kind == 1) {
            const auto exponentAt = in.number<std::uint8_t>(), exponent = in.number<std::uint8_t>(),
                       mantissaAt = in.number<std::uint8_t>(), mantissa = in.number<std::uint8_t>();
            const auto given = in.number<std::uint32_t>();
            if (!given)
                return broken("type");
            exponentBits = *exponent;
            mantissaBits = *mantissa;
            bias = *given;
            isUsual = isUsual && *exponentAt == *mantissa && *mantissaAt == 0 && *sign == *size * 8 - 1;
        } else {
            isUsual = isUsual && (*order & 8u) != 0; // signed
        }
        for (const TypeRow& row : types)
            if (isUsual && row.bytes == *size && row.exponentBits == exponentBits
                && row.mantissaBits == mantissaBits && row.bias == bias)
                return std::cref(row);
        return refuse(fmt::format(
            "holds {} of {} bytes that no format here has", kind == 1 ? "floats" : "whole numbers", *size));
    }

    Result<std::span<const std::byte>> dataOf(ByteReader in) const
    {
        const auto version = in.number<std::uint8_t>(), kind = in.number<std::uint8_t>();
        if (!kind)
            return broken("place");
        if (*version != 3)
            return refuse(fmt::format("has a layout of version {}", *version));
        if (*kind == 0)
            return refuse("lies inside its header (compact)");
        if (*kind != 1)
            return refuse(
                *kind == 2 ? "is chunked, perhaps compressed"
                           : fmt::format("has a layout of class {}", *kind));
        const auto offset = in.number<std::uint64_t>(), size = in.number<std::uint64_t>();
        if (!size)
            return broken("place");
        if (*offset == notAllocated)
            return fail(ErrorCode::InvalidInput, "{} was never written", m_where);
        if (*offset > m_bytes.size() || *size > m_bytes.size() - *offset)
            return fail(
                ErrorCode::InvalidInput, "{} is {} bytes at {}, the file has {}", m_where, *size, *offset,
                m_bytes.size());
        return m_bytes.subspan(std::size_t(*offset), std::size_t(*size));
    }

    std::span<const std::byte> m_bytes;
    std::string m_where;
};

/// "rnn_1/rnn_1_3/kernel:0" -> "rnn_1/kernel": the second part is the scope that TensorFlow made of the
/// layer's name when the network was built for the fourth time in one program, so two fine-tunes of one
/// network differ in it.
std::string tidyName(const std::string& path)
{
    std::string name = path.ends_with(":0") ? path.substr(0, path.size() - 2) : path;
    const std::size_t first = name.find('/'),
                      second = first == std::string::npos ? first : name.find('/', first + 1);
    if (second == std::string::npos || name.find('/', second + 1) != std::string::npos)
        return name;
    const std::string layer = name.substr(0, first), scope = name.substr(first + 1, second - first - 1);
    const bool repeats = scope == layer
        || (scope.starts_with(layer + "_")
            && scope.find_first_not_of("0123456789", layer.size() + 1) == std::string::npos);
    return repeats ? layer + name.substr(second) : name;
}

class Reader {
public:
    Reader(std::span<const std::byte> bytes, const std::string& name, std::shared_ptr<const void> owner)
        : m_bytes(bytes)
        , m_name(name)
        , m_owner(std::move(owner))
        , m_structure(bytes, name)
    {
    }

    Result<std::vector<NamedTensor>> read()
    {
        TRY_VOID(visit(TRY(m_structure.root()), "", 0));
        if (m_tensors.empty())
            return fail(ErrorCode::InvalidInput, "{}: an HDF5 file without datasets", m_name);
        TRY_VOID(checkOverlaps());
        std::set<std::string> names;
        for (const NamedTensor& tensor : m_tensors)
            names.insert(tidyName(tensor.fileName));
        if (names.size() == m_tensors.size())
            for (NamedTensor& tensor : m_tensors)
                tensor.name = tidyName(tensor.fileName);
        return std::move(m_tensors);
    }

private:
    Result<void> visit(std::uint64_t header, const std::string& path, std::size_t depth)
    {
        if (depth > deepestGroup)
            return fail(ErrorCode::InvalidInput, "{}: '{}' lies {} groups deep", m_name, path, depth);
        if (path.size() > longestPath) // every dataset keeps its own
            return fail(
                ErrorCode::InvalidInput, "{}: the path of a dataset has {} characters", m_name, path.size());
        if (std::ranges::find(m_open, header) != m_open.end()) // before its name is repeated to the end
            return fail(
                ErrorCode::InvalidInput, "{}: the group '{}' leads back to one that it lies in", m_name, path);
        m_open.push_back(header);
        TRY_VOID(visitOpen(header, path, depth));
        m_open.pop_back();
        return {};
    }

    Result<void> visitOpen(std::uint64_t header, const std::string& path, std::size_t depth)
    {
        const std::vector<Message> messages = TRY(m_structure.messages(header, path.empty() ? "/" : path));
        const auto table = std::ranges::find(messages, symbolTableMessage, &Message::type);
        if (table != messages.end()) {
            for (const Link& link : TRY(m_structure.links(*table, path.empty() ? "/" : path))) {
                // model.save() writes the moments of the optimizer too, which no one computes with.
                if (depth == 0 && link.name == "optimizer_weights")
                    continue;
                const bool isWrapper = depth == 0 && link.name == "model_weights";
                TRY_VOID(visit(
                    link.header, path.empty() ? (isWrapper ? "" : link.name) : path + "/" + link.name,
                    depth + 1));
            }
            return {};
        }
        if (std::ranges::find(messages, layoutMessage, &Message::type) == messages.end())
            return {}; // a named type, or an empty group of the newer kind
        Dataset dataset(m_bytes, fmt::format("{}: dataset '{}'", m_name, path));
        Tensor stored = TRY(dataset.tensor(messages, m_owner));
        const Shape shape = stored.type().shape;
        m_tensors.push_back(
            {.name = path, .shape = shape, .stored = std::move(stored), .fileName = path, .fileShape = {}});
        return {};
    }

    Result<void> checkOverlaps() const
    {
        std::vector<std::pair<const std::byte*, const NamedTensor*>> order;
        for (const NamedTensor& tensor : m_tensors)
            order.emplace_back(tensor.stored.bytes().data(), &tensor);
        std::ranges::sort(order);
        for (std::size_t i = 1; i < order.size(); ++i)
            if (order[i - 1].first + order[i - 1].second->stored.bytes().size() > order[i].first)
                return fail(
                    ErrorCode::InvalidInput, "{}: the datasets '{}' and '{}' overlap", m_name,
                    order[i - 1].second->name, order[i].second->name);
        return {};
    }

    std::span<const std::byte> m_bytes;
    const std::string& m_name;
    std::shared_ptr<const void> m_owner;
    Structure m_structure;
    std::vector<NamedTensor> m_tensors;
    std::vector<std::uint64_t> m_open; ///< headers of the groups on the way
};

} // namespace

bool sniff(const fs::path&, std::span<const std::byte> head)
{
    constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";
    return head.size() >= signature.size()
        && std::memcmp(head.data(), signature.data(), signature.size()) == 0;
}

Result<std::vector<NamedTensor>>
parse(std::span<const std::byte> bytes, const std::string& name, std::shared_ptr<const void> owner)
{
    if (!sniff({}, bytes))
        return fail(ErrorCode::InvalidInput, "{}: this is no HDF5 file", name);
    return Reader(bytes, name, std::move(owner)).read();
}

Result<ModelFile> read(const fs::path& path)
{
    auto file = TRY(MappedFile::open(path));
    const auto bytes = file->bytes();
    ModelFile model;
    model.tensors = TRY(parse(bytes, path.filename().string(), std::move(file)));
    model.metadata.set("general.name", path.stem().string());
    TRY_VOID(kerasText::readBeside(path, model));
    return model;
}

} // namespace tritloom::hdf5
