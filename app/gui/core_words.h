#pragma once

#include <QString>

#include <string>

namespace tritloom {

/// A sentence that came from below the window, which knows one language: in the language of the window where
/// it is one of those listed in the source file or a plugin's words, else as it is; its numbers with the
/// user's decimal point in either case.
[[nodiscard]] QString coreWords(const QString& sentence);
[[nodiscard]] QString coreWords(const std::string& sentence);

/// "4.25 bits, 1.2e-05 of q4_k" with the user's decimal point; names with points ("blk.0.ffn_down",
/// "llama-1.1b", "2.10.3") stay as they are.
[[nodiscard]] QString localNumbers(const QString& text);

} // namespace tritloom
