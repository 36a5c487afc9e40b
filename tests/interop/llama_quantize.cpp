// llama.cpp's own quantizer, called in the prebuilt libraries that install.sh fetches.
// Prints one JSON object: sizes, bits per weight, and the type that each tensor got.
// The structs below are the binary interface of llama.cpp 0.5.0; any other version is refused.
#include "imatrix_file.h"

#include <dlfcn.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <strings.h>

namespace fs = std::filesystem;

namespace {

constexpr std::string_view expectedVersion = "0.5.0";
constexpr int32_t typeCount = 43; // also the value for "no type chosen"

struct ImatrixData {
    const char* name;
    const float* data;
    size_t size;
};

struct TensorOverride {
    const char* pattern;
    int32_t type;
};

struct QuantizeParams {
    int32_t threads;
    int32_t fileType;
    int32_t outputType;
    int32_t embeddingType;
    bool allowRequantize;
    bool quantizeOutput;
    bool onlyCopy;
    bool pure;
    bool keepSplit;
    bool dryRun;
    const ImatrixData* imatrix;
    const void* metadataOverrides;
    const TensorOverride* tensorOverrides;
    const int32_t* pruneLayers;
    size_t maxBufferSize;
};
static_assert(sizeof(QuantizeParams) == 64);

struct GgufInitParams {
    bool noAlloc;
    void** context;
};

struct FileTypeName {
    const char* name;
    int32_t value;
};

constexpr FileTypeName fileTypes[] = {
    {"F32", 0},     {"F16", 1},     {"Q4_0", 2},       {"Q4_1", 3},    {"Q8_0", 7},     {"Q5_0", 8},
    {"Q5_1", 9},    {"Q2_K", 10},   {"Q3_K_S", 11},    {"Q3_K_M", 12}, {"Q3_K_L", 13},  {"Q4_K_S", 14},
    {"Q4_K_M", 15}, {"Q5_K_S", 16}, {"Q5_K_M", 17},    {"Q6_K", 18},   {"IQ2_XXS", 19}, {"IQ2_XS", 20},
    {"Q2_K_S", 21}, {"IQ3_XS", 22}, {"IQ3_XXS", 23},   {"IQ1_S", 24},  {"IQ4_NL", 25},  {"IQ3_S", 26},
    {"IQ3_M", 27},  {"IQ2_S", 28},  {"IQ2_M", 29},     {"IQ4_XS", 30}, {"IQ1_M", 31},   {"BF16", 32},
    {"TQ1_0", 36},  {"TQ2_0", 37},  {"MXFP4_MOE", 38}, {"NVFP4", 39},  {"Q1_0", 40},    {"Q2_0", 41},
};

struct Arguments {
    fs::path input, output, imatrix;
    fs::path libraries = "build/interop/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64";
    std::string fileType;
    int32_t threads = 1;
    bool pure = false;
    std::vector<std::pair<std::string, std::string>> tensorTypes; // pattern, type name
};

[[noreturn]] void complain(const std::string& message)
{
    throw std::runtime_error(message);
}

Arguments parse(int count, char** values)
{
    Arguments out;
    std::vector<std::string> files;
    if (const char* folder = std::getenv("TRITLOOM_INTEROP"))
        out.libraries = fs::path(folder) / "node_modules/@node-llama-cpp/linux-x64/bins/linux-x64";
    for (int i = 1; i < count; ++i) {
        const std::string name = values[i];
        const auto next = [&] {
            if (++i == count)
                complain(name + " needs a value");
            return std::string(values[i]);
        };
        if (name == "--pure")
            out.pure = true;
        else if (name == "--imatrix")
            out.imatrix = next();
        else if (name == "--libs")
            out.libraries = next();
        else if (name == "--threads")
            out.threads = std::atoi(next().c_str());
        else if (name == "--tensor-type") {
            const std::string pair = next();
            const size_t at = pair.rfind('=');
            if (at == std::string::npos)
                complain("--tensor-type needs PATTERN=TYPE, not '" + pair + "'");
            out.tensorTypes.emplace_back(pair.substr(0, at), pair.substr(at + 1));
        } else if (name.starts_with("--"))
            complain("unknown option " + name);
        else
            files.push_back(name);
    }
    if (files.size() != 3 || out.threads < 1)
        complain("usage: llama_quantize INPUT.gguf OUTPUT.gguf FTYPE [--imatrix FILE] [--pure] "
                 "[--tensor-type REGEX=TYPE]... [--threads N] [--libs DIR]");
    out.input = files[0];
    out.output = files[1];
    out.fileType = files[2];
    return out;
}

/// A shared library; its functions are looked up by name.
class Library {
public:
    explicit Library(const fs::path& file)
        : handle(dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL))
    {
        if (!handle)
            complain("cannot open " + file.string() + ": " + dlerror());
    }
    template <typename Function>
    Function* get(const char* name) const
    {
        void* address = dlsym(handle, name);
        if (!address)
            complain(std::string("the library has no function ") + name);
        return reinterpret_cast<Function*>(address);
    }

private:
    void* handle; // stays open until the process ends
};

fs::path findLibrary(const fs::path& folder, const std::string& prefix)
{
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error))
        if (entry.path().filename().string().starts_with(prefix))
            return entry.path();
    complain("no " + prefix + "*.so in " + folder.string() + "; run install.sh");
}

std::string lastError; // the last error line of llama.cpp's log

void onLog(int32_t level, const char* text, void*)
{
    constexpr int32_t errorLevel = 4;
    std::fputs(text, stderr);
    std::string_view line = text;
    while (line.ends_with('\n'))
        line.remove_suffix(1);
    if (level == errorLevel && !line.empty())
        lastError = line;
}

int32_t fileTypeByName(const std::string& name)
{
    for (const auto& known : fileTypes)
        if (name == known.name)
            return known.value;
    complain("llama.cpp has no file type '" + name + "'");
}

std::string jsonText(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out + '"';
}

/// What came out, read back with ggml's own GGUF reader.
class Report {
public:
    explicit Report(const Library& ggml)
        : open(ggml.get<void*(const char*, GgufInitParams)>("gguf_init_from_file"))
        , close(ggml.get<void(void*)>("gguf_free"))
        , tensorCount(ggml.get<int64_t(const void*)>("gguf_get_n_tensors"))
        , tensorName(ggml.get<const char*(const void*, int64_t)>("gguf_get_tensor_name"))
        , tensorType(ggml.get<int32_t(const void*, int64_t)>("gguf_get_tensor_type"))
        , tensorSize(ggml.get<size_t(const void*, int64_t)>("gguf_get_tensor_size"))
        , tensorShape(ggml.get<const int64_t*(const void*, int64_t)>("gguf_get_tensor_ne"))
        , typeName(ggml.get<const char*(int32_t)>("ggml_type_name"))
    {
    }

    int32_t typeByName(const std::string& name) const
    {
        for (int32_t type = 0; type < typeCount; ++type)
            if (const char* known = typeName(type); known && strcasecmp(known, name.c_str()) == 0)
                return type;
        complain("llama.cpp has no tensor type '" + name + "'");
    }

    void print(const Arguments& arguments, const char* version) const
    {
        void* file = open(arguments.output.c_str(), {true, nullptr});
        if (!file)
            complain("llama.cpp wrote " + arguments.output.string() + " but cannot read it back");
        uint64_t bytes = 0, weights = 0;
        std::map<std::string, uint64_t> weightsByType;
        std::string list;
        for (int64_t i = 0; i < tensorCount(file); ++i) {
            const int64_t* shape = tensorShape(file, i);
            const uint64_t elements = uint64_t(shape[0]) * shape[1] * shape[2] * shape[3];
            const std::string type = typeName(tensorType(file, i));
            bytes += tensorSize(file, i);
            weights += elements;
            weightsByType[type] += elements;
            list += list.empty() ? "" : ",\n  ";
            list += "{\"name\": " + jsonText(tensorName(file, i)) + ", \"type\": " + jsonText(type)
                + ", \"rowLength\": " + std::to_string(shape[0])
                + ", \"rows\": " + std::to_string(elements / shape[0])
                + ", \"bytes\": " + std::to_string(tensorSize(file, i)) + "}";
        }
        close(file);
        std::string types;
        for (const auto& [type, count] : weightsByType)
            types += (types.empty() ? "" : ", ") + jsonText(type) + ": " + std::to_string(count);
        std::printf(
            "{\"output\": %s, \"fileType\": %s, \"imatrix\": %s, \"pure\": %s, \"llamaCpp\": %s,\n"
            " \"fileBytes\": %ju, \"tensorBytes\": %ju, \"weights\": %ju, \"bitsPerWeight\": %.4f,\n"
            " \"weightsByType\": {%s},\n \"tensors\": [\n  %s]}\n",
            jsonText(arguments.output.string()).c_str(), jsonText(arguments.fileType).c_str(),
            arguments.imatrix.empty() ? "null" : jsonText(arguments.imatrix.string()).c_str(),
            arguments.pure ? "true" : "false", jsonText(version).c_str(),
            uintmax_t(fs::file_size(arguments.output)), uintmax_t(bytes), uintmax_t(weights),
            8.0 * double(bytes) / double(weights), types.c_str(), list.c_str());
    }

private:
    void* (*open)(const char*, GgufInitParams);
    void (*close)(void*);
    int64_t (*tensorCount)(const void*);
    const char* (*tensorName)(const void*, int64_t);
    int32_t (*tensorType)(const void*, int64_t);
    size_t (*tensorSize)(const void*, int64_t);
    const int64_t* (*tensorShape)(const void*, int64_t);
    const char* (*typeName)(int32_t);
};

void run(const Arguments& arguments)
{
    const int32_t fileType = fileTypeByName(arguments.fileType);
    if (!fs::is_regular_file(arguments.input))
        complain("model " + arguments.input.string() + " does not exist");
    if (fs::exists(arguments.output) && fs::equivalent(arguments.input, arguments.output))
        complain("input and output are the same file");
    const Library ggml(findLibrary(arguments.libraries, "libggml-base."));
    const Library llama(findLibrary(arguments.libraries, "libllama.")); // brings the others along
    const char* version = llama.get<const char*()>("llama_version")();
    if (!std::string_view(version).starts_with(expectedVersion))
        complain(
            std::string("this is made for llama.cpp ") + expectedVersion.data() + ", not for " + version);

    QuantizeParams params = llama.get<QuantizeParams()>("llama_model_quantize_default_params")();
    if (params.outputType != typeCount || params.embeddingType != typeCount || !params.quantizeOutput
        || params.pure || params.imatrix || params.pruneLayers || !params.maxBufferSize)
        complain("the quantizer's parameters do not have the layout of llama.cpp 0.5.0");
    const Report report(ggml);
    params.threads = arguments.threads;
    params.fileType = fileType;
    params.pure = arguments.pure;

    std::map<std::string, std::vector<float>> importance;
    std::vector<ImatrixData> imatrix;
    if (!arguments.imatrix.empty()) {
        importance = interop::readImatrix(arguments.imatrix);
        for (const auto& [name, values] : importance)
            imatrix.push_back({name.c_str(), values.data(), values.size()});
        imatrix.push_back({nullptr, nullptr, 0});
        params.imatrix = imatrix.data();
    }
    std::vector<TensorOverride> overrides;
    for (const auto& [pattern, type] : arguments.tensorTypes)
        overrides.push_back({pattern.c_str(), report.typeByName(type)});
    overrides.push_back({nullptr, typeCount});
    if (overrides.size() > 1)
        params.tensorOverrides = overrides.data();

    llama.get<void(void (*)(int32_t, const char*, void*), void*)>("llama_log_set")(onLog, nullptr);
    llama.get<void()>("llama_backend_init")();
    const auto quantize =
        llama.get<uint32_t(const char*, const char*, const QuantizeParams*)>("llama_model_quantize");
    if (quantize(arguments.input.c_str(), arguments.output.c_str(), &params) != 0)
        complain("llama.cpp did not quantize: " + (lastError.empty() ? "no reason given" : lastError));
    report.print(arguments, version);
}

} // namespace

int main(int count, char** values)
try {
    run(parse(count, values));
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "llama_quantize: %s\n", error.what());
    return 1;
}
