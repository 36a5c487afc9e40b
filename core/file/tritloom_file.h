#pragma once

#include "core/file/base_files.h"
#include "core/file/json.h"
#include "core/file/model_file.h"

/// Tritloom's own model file: safetensors whose header begins with "__metadata__": {"format": "tritloom",
/// ...}, so that any safetensors reader lists it and any method's result can be kept.
///
/// Every data entry is U8. "__metadata__" holds, besides "format" and "version", texts of JSON:
/// "model": [{"key", "type", "value"}], the metadata as GGUF knows them, and "rotate_half";
/// "tensors": [{"name", "shape", "format", "data"}] for one packed matrix, or with "parts": [{"name",
/// "shape", "format", "data", "shared"}] and "nodes": [{"op", "attributes", "inputs", "weights", "output"}],
/// "output" for what replaces one. "data" names the entry; packed rows lie as the number format of that id
/// defines them.
///
/// Version "1" is that. Version "2" also has the op "concat", tensors of no numbers (a size of 0), which have
/// no "data", and [] as the shape of a single number. Of networks on pictures and over characters it says of
/// tensors
///   "role": "layer" or "other": whether it is to be compressed, whatever its name,
///   "file_shape": the shape in the file the network came from, [outputs, inputs, height, width] for rows of
///                 inputs * height * width numbers,
///   "transposed": true where that shape is of [inputs, outputs]; floats then lie that way too, blocks of
///                 several weights do not,
///   "file_name": the name in that file, where it was another.
/// and "operators": what an ONNX file computes, {"opset", "ir", "producer", "inputs", "outputs", "constants",
/// "types", "nodes"}. Inputs and outputs: {"name", "type" (ONNX's number), "shape"}, whose sizes are numbers,
/// or texts where they are open; without "shape" nothing is known of it. Constants: {"name", "type", "shape",
/// "format", "data"}, numbers as f32. Types: {name: type} of the tensors as they were in the ONNX file, f32
/// where it is not said. Nodes: {"domain", "type", "name", "inputs", "outputs", "attributes"}, an attribute
/// being {kind: value} of the kinds "int", "float", "text", "ints", "floats", "texts" and "tensor" (a
/// constant without name); "nan", "inf" and "-inf" stand for what is no number. Every value is made before
/// it is read.
///
/// Version "3" also has "base", the name of another model's file or folder, and parts with "in_base":
/// {"tensor", "key"} in place of "data": they are the tensor of that name there, [outputs, inputs] in that
/// format, and "key" is baseKey() of its bytes. So many files of differences share one base. That key samples tensors
/// of more than 64 KiB, so that bases of any size open at once: another fine-tune is told from the base, a few
/// numbers changed between the samples are not. Who writes a file compares all bytes with the base then.
namespace tritloom::tritloomFile {

inline constexpr std::string_view beginning = R"({"__metadata__":{"format":"tritloom")";

inline constexpr std::size_t mostDimensions = 8; ///< of a tensor, and of its shape in its first file

/// Whether version 1 does not say enough of the model, or of what replaces a layer.
[[nodiscard]] bool needsVersion2(const ModelFile& model);
[[nodiscard]] bool needsVersion2(const Graph& graph);

[[nodiscard]] bool sniff(const std::filesystem::path& path, std::span<const std::byte> head);
/// Errors: InvalidInput (a broken header, sizes that do not fit, an unknown format or op), Unsupported (a
/// version of later programs), Io.
[[nodiscard]] Result<ModelFile> read(const std::filesystem::path& path);
/// The same for files that refer to a base, which read(path) looks for beside them only. bases: null where a
/// file that refers to one is refused, as a base is. base: becomes the one that the file refers to.
/// Errors: also NotFound (the base is nowhere), InvalidInput (what is there is another model).
[[nodiscard]] Result<ModelFile>
read(const std::filesystem::path& path, BaseFiles* bases, std::shared_ptr<const ModelFile>* base = nullptr);

/// What tells one tensor of a base from another, 32 hexadecimal digits: XXH3 of format and bytes, sampled as in
/// the keys of models.
[[nodiscard]] std::string baseKey(const Tensor& tensor);

// The texts in "__metadata__" and what they stand for.
[[nodiscard]] Json metadataJson(const Metadata& metadata);
[[nodiscard]] Result<Metadata> metadataOf(const Json& list, std::string_view file);
[[nodiscard]] Json graphJson(const Graph& graph);
/// parts: how many tensors the nodes may name. Errors: InvalidInput.
[[nodiscard]] Result<Graph> graphOf(const Json& object, std::size_t parts, std::string_view file);

} // namespace tritloom::tritloomFile
