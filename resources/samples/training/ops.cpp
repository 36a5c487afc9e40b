#include "ops.h"

#include "bf16.h"
#include "config.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace sample {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

struct Linear : torch::autograd::Function<Linear> {
    static Tensor
    forward(AutogradContext* context, const Tensor& x, const Tensor& leaf, const Tensor& rounded)
    {
        (void)leaf;
        context->save_for_backward({x, rounded});
        return torch::matmul(x, rounded.t());
    }

    static tensor_list backward(AutogradContext* context, tensor_list grads)
    {
        const auto saved = context->get_saved_variables();
        const Tensor& g = grads[0];
        return {torch::matmul(g, saved[1]), torch::matmul(g.t(), saved[0]).to(torch::kFloat32), Tensor()};
    }
};

struct AddNorm : torch::autograd::Function<AddNorm> {
    static tensor_list forward(AutogradContext* context, const Tensor& x, const Tensor& y, const Tensor& gain)
    {
        const std::int64_t width = x.size(-1), rows = x.numel() / width;
        Tensor sum = torch::empty_like(x);
        Tensor out = torch::empty(x.sizes(), torch::kBFloat16);
        Tensor scale = torch::empty({rows}, torch::kFloat32);
        const float* xs = floats(x);
        const Half* ys = halves(y);
        const float* w = floats(gain);
        float* sums = floats(sum);
        Half* outs = halves(out);
        float* scales = floats(scale);
        for (std::int64_t r = 0; r < rows; ++r) {
            float squares = 0.0f;
            for (std::int64_t i = r * width; i < (r + 1) * width; ++i) {
                sums[i] = xs[i] + widen(ys[i]);
                squares += sums[i] * sums[i];
            }
            const float inverse = 1.0f / std::sqrt(squares / static_cast<float>(width) + Config::epsilon);
            scales[r] = inverse;
            for (std::int64_t i = 0; i < width; ++i)
                outs[r * width + i] = narrow(sums[r * width + i] * inverse * w[i]);
        }
        context->save_for_backward({sum, scale, gain});
        return {sum, out};
    }

    static tensor_list backward(AutogradContext* context, tensor_list grads)
    {
        const auto saved = context->get_saved_variables();
        const Tensor& sum = saved[0];
        const std::int64_t width = sum.size(-1), rows = sum.numel() / width;
        const Tensor through = grads[0].defined() ? grads[0].contiguous() : torch::zeros_like(sum);
        const Tensor normGrad = grads[1].contiguous();
        Tensor dx = torch::empty_like(sum);
        Tensor dy = torch::empty(sum.sizes(), torch::kBFloat16);
        Tensor dGain = torch::zeros_like(saved[2]);
        const float* sums = floats(sum);
        const float* scales = floats(saved[1]);
        const float* w = floats(saved[2]);
        const float* pass = floats(through);
        const Half* g = halves(normGrad);
        float* dxs = floats(dx);
        Half* dys = halves(dy);
        float* dw = floats(dGain);
        for (std::int64_t r = 0; r < rows; ++r) {
            const std::int64_t at = r * width;
            const float inverse = scales[r];
            float dot = 0.0f;
            for (std::int64_t i = 0; i < width; ++i) {
                const float grad = widen(g[at + i]), normalised = sums[at + i] * inverse;
                dw[i] += grad * normalised;
                dot += grad * w[i] * normalised;
            }
            dot /= static_cast<float>(width);
            for (std::int64_t i = 0; i < width; ++i) {
                const float grad = widen(g[at + i]);
                dxs[at + i] = pass[at + i] + inverse * (grad * w[i] - sums[at + i] * inverse * dot);
                dys[at + i] = narrow(dxs[at + i]);
            }
        }
        return {dx, dy, dGain};
    }
};

struct SwiGlu : torch::autograd::Function<SwiGlu> {
    static Tensor forward(AutogradContext* context, const Tensor& gate, const Tensor& up)
    {
        Tensor out = torch::empty_like(gate);
        const Half *g = halves(gate), *u = halves(up);
        Half* o = halves(out);
        const std::int64_t n = gate.numel();
        for (std::int64_t i = 0; i < n; ++i) {
            const float z = widen(g[i]);
            o[i] = narrow(z / (1.0f + std::exp(-z)) * widen(u[i]));
        }
        context->save_for_backward({gate, up});
        return out;
    }

    static tensor_list backward(AutogradContext* context, tensor_list grads)
    {
        const auto saved = context->get_saved_variables();
        const Tensor grad = grads[0].contiguous();
        Tensor dGate = torch::empty_like(saved[0]), dUp = torch::empty_like(saved[0]);
        const Half *g = halves(saved[0]), *u = halves(saved[1]), *go = halves(grad);
        Half *dg = halves(dGate), *du = halves(dUp);
        const std::int64_t n = grad.numel();
        for (std::int64_t i = 0; i < n; ++i) {
            const float z = widen(g[i]), s = 1.0f / (1.0f + std::exp(-z)), out = widen(go[i]);
            dg[i] = narrow(out * widen(u[i]) * s * (1.0f + z * (1.0f - s)));
            du[i] = narrow(out * z * s);
        }
        return {dGate, dUp};
    }
};

struct HeadLoss : torch::autograd::Function<HeadLoss> {
    static Tensor forward(
        AutogradContext* context, const Tensor& x, const Tensor& leaf, const Tensor& rounded,
        const Tensor& targets, double gradientScale)
    {
        (void)leaf;
        // The logits are overwritten by their gradient: nothing else is needed of them.
        Tensor logits = torch::matmul(x, rounded.t());
        const int width = static_cast<int>(logits.size(-1));
        const std::int64_t rows = logits.numel() / width;
        const auto* wanted = targets.data_ptr<std::int64_t>();
        std::vector<float> p(width);
        double loss = 0.0;
        for (std::int64_t r = 0; r < rows; ++r)
            loss +=
                row(halves(logits) + r * width, width, static_cast<int>(wanted[r]), gradientScale, p.data());
        context->save_for_backward({x, rounded, logits});
        return torch::scalar_tensor(loss, torch::kFloat64);
    }

    static double row(Half* logits, int width, int wanted, double gradientScale, float* p)
    {
        float top = -INFINITY;
        for (int i = 0; i < width; ++i) {
            p[i] = widen(logits[i]);
            top = std::max(top, p[i]);
        }
        const float hit = p[wanted] - top;
        float sum = 0.0f;
        for (int i = 0; i < width; ++i) {
            p[i] = std::exp(p[i] - top);
            sum += p[i];
        }
        const float factor = static_cast<float>(gradientScale) / sum;
        p[wanted] -= sum;
        for (int i = 0; i < width; ++i)
            logits[i] = narrow(p[i] * factor);
        return std::log(sum) - hit;
    }

    static tensor_list backward(AutogradContext* context, tensor_list)
    {
        const auto saved = context->get_saved_variables();
        const Tensor& g = saved[2];
        return {
            torch::matmul(g, saved[1]), torch::matmul(g.t(), saved[0]).to(torch::kFloat32), Tensor(),
            Tensor(), Tensor()};
    }
};

} // namespace

Tensor linear(const Tensor& x, const Weight& weight)
{
    return Linear::apply(x, weight.leaf, weight.rounded);
}

std::pair<Tensor, Tensor> addNorm(const Tensor& x, const Tensor& y, const Tensor& gain)
{
    auto out = AddNorm::apply(x, y, gain);
    return {out[0], out[1]};
}

Tensor swiGlu(const Tensor& gate, const Tensor& up)
{
    return SwiGlu::apply(gate, up);
}

Tensor headLoss(const Tensor& x, const Weight& head, const Tensor& targets, double gradientScale)
{
    return HeadLoss::apply(x, head.leaf, head.rounded, targets, gradientScale);
}

} // namespace sample
