#pragma once

#include "core/method/layer_method.h"

#include <vector>

namespace tritloom {

struct Candidate;
struct Model;
class PluginHost;

/// Whether a method makes a layer in the format. Signs and codes without a scale are a part of what replaces
/// a layer, so that only methods that make replacements do.
[[nodiscard]] bool writesLayers(const LayerMethod& method, const NumberFormat& format);

/// The same where weights become smaller: floats only of methods that store more than a matrix, whose tables
/// of outputs may be floats.
[[nodiscard]] bool compresses(const LayerMethod& method, const NumberFormat& format);

/// Why the method is for no layer of the model, whatever the format, half a sentence; "": it may be for some.
[[nodiscard]] std::string whyNotAnywhere(const Model& model, const LayerMethod& method);

/// Why the method cannot be on every layer of the model, whatever the format, half a sentence; "": it can.
[[nodiscard]] std::string whyNotEverywhere(const Model& model, const LayerMethod& method);

/// What a method compresses to: the examples of every family and planes of signs where it stores such, fewest
/// bits a weight first.
[[nodiscard]] std::vector<NumberFormatPtr> writtenFormats(const LayerMethod& method);

/// Their ids, of many the first ones: "sign", "q2_k, q3_k, q4_k and 71 others".
[[nodiscard]] std::string writtenFormatIds(const LayerMethod& method, std::size_t most);

/// The methods that compress to a format: of few their ids, "bitdelta, pb-llm", of many how many, "23
/// methods".
[[nodiscard]] std::string writersOf(const PluginHost& plugins, const NumberFormat& format);

/// The format for a model where none was named, which a layer may need as another: of the method's stops
/// (candidatesBy()) that nearest to four and a half bits. No format: it has none.
[[nodiscard]] Candidate preferredCandidate(
    const Model& model, const std::string& method, const Parameters& parameters, const MethodLookup& lookup);

} // namespace tritloom
