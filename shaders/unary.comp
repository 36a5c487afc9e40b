#version 450
#extension GL_GOOGLE_include_directive : require

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint function = 0u; // as Silu, Gelu, Relu2 stand in ops.cpp

layout(push_constant) uniform Sizes {
    uint rowCount;
    uint firstRow;
    uint columnCount;
};
layout(binding = 0, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) writeonly buffer Output { float y[]; };

float valueOf(float v)
{
    if (function == 0u)
        return v / (1.0 + exp(-v));
    if (function == 2u)
        return v > 0.0 ? v * v : 0.0;
    // The tanh of more than 10 is 1; some devices overflow there.
    const float inner = 0.7978845608028654 * (v + 0.044715 * v * v * v);
    return 0.5 * v * (1.0 + tanh(clamp(inner, -10.0, 10.0)));
}

void main()
{
    for (uint i = gl_GlobalInvocationID.x; i < rowCount * columnCount; i += gl_NumWorkGroups.x * 64u)
        y[i] = valueOf(x[i]);
}
