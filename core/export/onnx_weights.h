#pragma once

#include "core/export/integer_codes.h"
#include "core/export/onnx_document.h"

namespace tritloom::onnx {

/// A layer of the model that becomes whole numbers.
struct CodedLayer {
    const NamedTensor& tensor;
    const IntegerCodes& codes;
};

/// Says in half a sentence why a layer cannot be written so; empty: it was.
using WhyNot = std::string;

/// Codes and scales as initializers, and a DequantizeLinear that makes the weights of the layer's name of
/// them: along the axis of the outputs, or in blocks along the inputs (operator set 21). Weights of more than
/// two dimensions whose blocks lie across several of them are stored as a matrix and reshaped. narrowestBits:
/// 8, or 4 for INT4 and UINT4 where the codes fit. Errors: those of raiseOperatorSet().
[[nodiscard]] Result<WhyNot> writeDequantized(Document& document, const CodedLayer& layer, int narrowestBits);

/// Every product that reads the layer becomes com.microsoft.MatMulNBits; blocks of 16 to 256, one scale a row
/// too.
[[nodiscard]] Result<WhyNot> writeMatMulNBits(Document& document, const CodedLayer& layer);

/// Bytes of B [outputs, blocks, blockSize * bits / 8] and of packed zero points; codes low bits first.
struct PackedBlocks {
    int bits = 4;
    std::size_t blockSize = 32, blocks = 0;
    std::string codes, zeros; ///< zeros empty: 2^(bits - 1) everywhere, or floatZeros
    std::vector<float> scales, floatZeros; ///< [outputs, blocks]; floatZeros empty: whole ones
};
/// nullopt: the blocks fit no block size (a power of two from 16 to 256).
[[nodiscard]] std::optional<PackedBlocks> packedBlocks(const IntegerCodes& codes);

/// Two elements a byte, the first in the low nibble; the last byte is padded, rows are not.
[[nodiscard]] std::string packNibbles(const std::vector<std::int16_t>& values);

/// The one way all layers are written: writer is asked for each that is whole numbers; what it cannot
/// express, and formats without codes, are written as the floats they stand for, with a notice that names
/// layer and format.
using LayerWriter = Result<WhyNot> (*)(Document&, const CodedLayer&);
[[nodiscard]] Result<WrittenFile>
writeNetwork(const ExportRequest& request, std::string_view what, LayerWriter writer);

} // namespace tritloom::onnx
