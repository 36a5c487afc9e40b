#include "bf16.h"
#include "config.h"
#include "ops.h"

#include <algorithm>
#include <cmath>
#include <vector>

extern "C" void sgemm_(
    const char* transA, const char* transB, const int* m, const int* n, const int* k, const float* alpha,
    const float* a, const int* lda, const float* b, const int* ldb, const float* beta, float* c,
    const int* ldc);

namespace sample {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// Row-major C[m, n] = alpha * op(A) op(B) + beta * C; lda and ldb are the row strides as stored.
void multiply(
    bool transA, bool transB, int m, int n, int k, float alpha, const float* a, int lda, const float* b,
    int ldb, float beta, float* c, int ldc)
{
    sgemm_(transB ? "T" : "N", transA ? "T" : "N", &n, &m, &k, &alpha, b, &ldb, a, &lda, &beta, c, &ldc);
}

constexpr int d = Config::headSize;
constexpr int group = Config::heads / Config::kvHeads;
constexpr int block = 64; // rows of the causal triangle that are multiplied together

/// cos and sin of position * base^(-2i/d), [context, d/2] each.
struct Rotation {
    std::vector<float> cosine, sine;

    Rotation()
    {
        for (int t = 0; t < Config::context; ++t) {
            for (int i = 0; i < d / 2; ++i) {
                const double angle = t * std::pow(static_cast<double>(Config::ropeBase), -2.0 * i / d);
                cosine.push_back(static_cast<float>(std::cos(angle)));
                sine.push_back(static_cast<float>(std::sin(angle)));
            }
        }
    }
};

const Rotation& rotation()
{
    static const Rotation table;
    return table;
}

/// One head's rows of a [t, stride] bf16 matrix to f32, rotated when asked.
void loadHead(const Half* from, int stride, int length, bool rotate, float* to)
{
    const Rotation& table = rotation();
    for (int t = 0; t < length; ++t) {
        for (int i = 0; i < d / 2; ++i) {
            const float a = widen(from[t * stride + 2 * i]), b = widen(from[t * stride + 2 * i + 1]);
            const float c = rotate ? table.cosine[t * d / 2 + i] : 1.0f,
                        s = rotate ? table.sine[t * d / 2 + i] : 0.0f;
            to[t * d + 2 * i] = a * c - b * s;
            to[t * d + 2 * i + 1] = a * s + b * c;
        }
    }
}

/// The reverse: rotates back and rounds.
void storeHead(const float* from, int stride, int length, bool rotate, Half* to)
{
    const Rotation& table = rotation();
    for (int t = 0; t < length; ++t) {
        for (int i = 0; i < d / 2; ++i) {
            const float a = from[t * d + 2 * i], b = from[t * d + 2 * i + 1];
            const float c = rotate ? table.cosine[t * d / 2 + i] : 1.0f,
                        s = rotate ? table.sine[t * d / 2 + i] : 0.0f;
            to[t * stride + 2 * i] = narrow(a * c + b * s);
            to[t * stride + 2 * i + 1] = narrow(b * c - a * s);
        }
    }
}

struct Attention : torch::autograd::Function<Attention> {
    static Tensor forward(AutogradContext* context, const Tensor& q, const Tensor& k, const Tensor& v)
    {
        const int batch = static_cast<int>(q.size(0)), length = static_cast<int>(q.size(1));
        const int wide = Config::heads * d, narrowed = Config::kvHeads * d;
        Tensor out = torch::empty_like(q);
        Tensor weights = torch::empty({batch, Config::heads, length, length}, torch::kFloat32);
        std::vector<float> qs(length * d), ks(length * d), vs(length * d), os(length * d);
        const float scale = 1.0f / std::sqrt(static_cast<float>(d));
        for (int b = 0; b < batch; ++b) {
            for (int h = 0; h < Config::heads; ++h) {
                if (h % group == 0) {
                    loadHead(
                        halves(k) + b * length * narrowed + h / group * d, narrowed, length, true, ks.data());
                    loadHead(
                        halves(v) + b * length * narrowed + h / group * d, narrowed, length, false,
                        vs.data());
                }
                loadHead(halves(q) + b * length * wide + h * d, wide, length, true, qs.data());
                float* p =
                    floats(weights) + static_cast<std::int64_t>(b * Config::heads + h) * length * length;
                for (int row = 0; row < length; row += block) {
                    const int rows = std::min(block, length - row), keys = row + rows;
                    multiply(
                        false, true, rows, keys, d, scale, qs.data() + row * d, d, ks.data(), d, 0.0f,
                        p + row * length, length);
                    for (int r = row; r < keys; ++r)
                        softmax(p + r * length, r + 1, keys);
                    multiply(
                        false, false, rows, d, keys, 1.0f, p + row * length, length, vs.data(), d, 0.0f,
                        os.data() + row * d, d);
                }
                storeHead(os.data(), wide, length, false, halves(out) + b * length * wide + h * d);
            }
        }
        context->save_for_backward({q, k, v, weights});
        return out;
    }

    /// Of the first `visible` scores; the rest of the block's row becomes 0.
    static void softmax(float* row, int visible, int count)
    {
        float top = row[0];
        for (int i = 1; i < visible; ++i)
            top = std::max(top, row[i]);
        float sum = 0.0f;
        for (int i = 0; i < visible; ++i) {
            row[i] = std::exp(row[i] - top);
            sum += row[i];
        }
        for (int i = 0; i < visible; ++i)
            row[i] /= sum;
        for (int i = visible; i < count; ++i)
            row[i] = 0.0f;
    }

    static tensor_list backward(AutogradContext* context, tensor_list grads)
    {
        const auto saved = context->get_saved_variables();
        const Tensor &q = saved[0], &k = saved[1], &v = saved[2], &weights = saved[3];
        const Tensor grad = grads[0].contiguous();
        const int batch = static_cast<int>(q.size(0)), length = static_cast<int>(q.size(1));
        const int wide = Config::heads * d, narrowed = Config::kvHeads * d;
        Tensor dq = torch::empty_like(q), dk = torch::empty_like(k), dv = torch::empty_like(v);
        const int size = length * d;
        std::vector<float> qs(size), ks(size), vs(size), gs(size), dqs(size), dks(size), dvs(size),
            ds(block * length);
        const float scale = 1.0f / std::sqrt(static_cast<float>(d));
        for (int b = 0; b < batch; ++b) {
            for (int h = 0; h < Config::heads; ++h) {
                const int kvAt = b * length * narrowed + h / group * d, qAt = b * length * wide + h * d;
                if (h % group == 0) {
                    loadHead(halves(k) + kvAt, narrowed, length, true, ks.data());
                    loadHead(halves(v) + kvAt, narrowed, length, false, vs.data());
                    std::fill(dks.begin(), dks.end(), 0.0f);
                    std::fill(dvs.begin(), dvs.end(), 0.0f);
                }
                loadHead(halves(q) + qAt, wide, length, true, qs.data());
                loadHead(halves(grad) + qAt, wide, length, false, gs.data());
                const float* p =
                    floats(weights) + static_cast<std::int64_t>(b * Config::heads + h) * length * length;
                for (int row = 0; row < length; row += block) {
                    const int rows = std::min(block, length - row), keys = row + rows;
                    const float* g = gs.data() + row * d;
                    multiply(false, true, rows, keys, d, 1.0f, g, d, vs.data(), d, 0.0f, ds.data(), length);
                    multiply(
                        true, false, keys, d, rows, 1.0f, p + row * length, length, g, d, 1.0f, dvs.data(),
                        d);
                    for (int r = 0; r < rows; ++r)
                        softmaxGradient(p + (row + r) * length, ds.data() + r * length, keys);
                    multiply(
                        false, false, rows, d, keys, scale, ds.data(), length, ks.data(), d, 0.0f,
                        dqs.data() + row * d, d);
                    multiply(
                        true, false, keys, d, rows, scale, ds.data(), length, qs.data() + row * d, d, 1.0f,
                        dks.data(), d);
                }
                storeHead(dqs.data(), wide, length, true, halves(dq) + qAt);
                if (h % group == group - 1) {
                    storeHead(dks.data(), narrowed, length, true, halves(dk) + kvAt);
                    storeHead(dvs.data(), narrowed, length, false, halves(dv) + kvAt);
                }
            }
        }
        return {dq, dk, dv};
    }

    static void softmaxGradient(const float* p, float* row, int count)
    {
        float dot = 0.0f;
        for (int i = 0; i < count; ++i)
            dot += p[i] * row[i];
        for (int i = 0; i < count; ++i)
            row[i] = p[i] * (row[i] - dot);
    }
};

} // namespace

Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v)
{
    return Attention::apply(q, k, v);
}

} // namespace sample
