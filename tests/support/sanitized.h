#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TRITLOOM_SANITIZED true
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TRITLOOM_SANITIZED true
#endif
#ifndef TRITLOOM_SANITIZED
#define TRITLOOM_SANITIZED false
#endif

namespace tritloom::fixture {

/// Whether every access to memory is checked as the test runs: all takes several times as long, and what
/// stands between a product and its sum keeps the compiler from fusing them.
constexpr bool isSanitized = TRITLOOM_SANITIZED;
/// How much longer something may take then.
constexpr double slowdown = isSanitized ? 10 : 1;

} // namespace tritloom::fixture
