#include "core/file/deeplearnjs.h"

#include "core/base/checked.h"
#include "core/file/json.h"

#include <set>

namespace tritloom::deeplearnjs {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t mostDimensions = 8;

Result<Shape> shapeOf(const Json& variable, const std::string& where)
{
    const Json* const sizes = jsonMember(variable, "shape");
    if (sizes == nullptr || !sizes->is_array() || sizes->size() > mostDimensions)
        return fail(ErrorCode::InvalidInput, "{} has no shape of up to {} sizes", where, mostDimensions);
    Shape shape;
    for (const Json& size : *sizes) {
        if (!size.is_number_unsigned() || size.get<std::uint64_t>() == 0)
            return fail(ErrorCode::InvalidInput, "{} has the shape {}", where, sizes->dump());
        shape.push_back(size.get<std::size_t>());
    }
    return shape.empty() ? Shape{1} : shape;
}

bool looksLike(std::string_view begin)
{
    const std::size_t first = begin.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && begin[first] == '{'
        && begin.find("\"filename\"") != std::string_view::npos
        && begin.find("\"shape\"") != std::string_view::npos;
}

Result<ModelFile> modelOf(const Json& root, const std::string& name, const NamedParts& parts)
{
    if (!root.is_object() || root.empty())
        return fail(ErrorCode::InvalidInput, "{}: a manifest is an object with a member a variable", name);
    const NumberFormatPtr single = parseNumberFormat("f32").value();
    ModelFile model;
    std::set<std::string> files;
    for (const auto& [variable, entry] : root.items()) {
        const std::string where = fmt::format("{}: variable '{}'", name, variable);
        const auto file = jsonText(entry, "filename");
        if (variable.empty() || !file)
            return fail(ErrorCode::InvalidInput, "{} has no filename", where);
        const Shape shape = TRY(shapeOf(entry, where));
        if (!files.insert(fs::path(*file).lexically_normal().string()).second)
            return fail(
                ErrorCode::InvalidInput, "{}: the file '{}' is another variable's already", where, *file);
        const NamedPart part = TRY(parts(*file));
        const auto elements = checkedProduct(shape);
        const auto bytes = elements ? checkedMultiply(*elements, 4) : std::nullopt;
        if (!bytes || *bytes != part.bytes.size())
            return fail(
                ErrorCode::InvalidInput, "{}: [{}] in 32 bits does not make the {} bytes of '{}'", where,
                fmt::join(shape, ", "), part.bytes.size(), *file);
        model.tensors.push_back(
            {.name = variable,
             .shape = shape,
             .stored = Tensor({single, shape}, part.bytes, part.owner),
             .fileName = {},
             .fileShape = {}});
    }
    return model;
}

} // namespace

bool sniff(const fs::path& path, std::span<const std::byte> head)
{
    if (!head.empty())
        return looksLike({reinterpret_cast<const char*>(head.data()), head.size()});
    return looksLike(beginOf(path / "manifest.json"));
}

Result<ModelFile> parse(std::string_view json, const std::string& name, const NamedParts& parts)
{
    return modelOf(TRY(parseJson(json, name)), name, parts);
}

Result<ModelFile> read(const fs::path& path)
{
    std::error_code none;
    const fs::path file = fs::is_directory(path, none) ? path / "manifest.json" : path;
    const std::string name = file.filename().string();
    ModelFile model = TRY(modelOf(TRY(readJson(file)), name, partsOf(file.parent_path())));
    model.metadata.set("general.name", fs::absolute(file).parent_path().filename().string());
    return model;
}

} // namespace tritloom::deeplearnjs
