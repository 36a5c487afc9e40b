#pragma once

#include "core/file/model_file.h"

namespace tritloom::hdf5 {

[[nodiscard]] bool sniff(const std::filesystem::path& path, std::span<const std::byte> head);

/// Opens the HDF5 that Keras' save_weights() and save() write through h5py: superblock 0 or 1, object headers
/// of version 1, groups as symbol tables, datasets of little-endian numbers stored in one piece. Tensors stay
/// in the mapped file; links, attributes and the numbers of an optimizer are not read.
/// "rnn_1/rnn_1_3/kernel:0" is called "rnn_1/kernel", where the middle only repeats the name of the layer;
/// shapes are the file's own ([inputs, outputs]). A vocabulary of characters beside the file (keras_text.h)
/// becomes the tokenizer. Source: "HDF5 File Format Specification Version 3.0", sections II.A (superblock 0),
/// III.A.1 (B-tree 1), III.D (local heap), IV.A.1 (object header 1). Errors: Io, InvalidInput, Unsupported
/// (what else HDF5 has, by the names of the dataset and the feature).
[[nodiscard]] Result<ModelFile> read(const std::filesystem::path& path);

/// The tensors of such a file in memory that `owner` keeps, in the order of its groups.
[[nodiscard]] Result<std::vector<NamedTensor>>
parse(std::span<const std::byte> bytes, const std::string& name, std::shared_ptr<const void> owner);

} // namespace tritloom::hdf5
