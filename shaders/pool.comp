#version 450
#extension GL_GOOGLE_include_directive : require

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint function = 0u; // 0: the largest; 1: the mean; 2: the mean, padding counts as zeros

layout(push_constant) uniform Sizes {
    uint rowCount; // elements of the result
    uint firstRow;
    int inputHeight;
    int inputWidth;
    int outputHeight;
    int outputWidth;
    int kernelHeight;
    int kernelWidth;
    int strideHeight;
    int strideWidth;
    int dilationHeight;
    int dilationWidth;
    int padTop;
    int padLeft;
    int padBottom;
    int padRight;
};
layout(binding = 0, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) writeonly buffer Output { float y[]; };

// Taps of a window that are in the padded input: what a rounded-up size adds behind the padding is no part of it.
int room(int begin, int padded, int kernel, int dilation)
{
    return min(kernel, (padded - begin + dilation - 1) / dilation);
}

void main()
{
    for (uint i = gl_GlobalInvocationID.x; i < rowCount; i += gl_NumWorkGroups.x * 64u) {
        const int column = int(i) % outputWidth, row = int(i) / outputWidth % outputHeight;
        const int plane = int(i) / outputWidth / outputHeight * inputHeight * inputWidth;
        float largest = -3.402823466e38, sum = 0.0;
        int seen = 0;
        for (int ky = 0; ky < kernelHeight; ++ky) {
            const int v = row * strideHeight - padTop + ky * dilationHeight;
            if (v < 0 || v >= inputHeight)
                continue;
            for (int kx = 0; kx < kernelWidth; ++kx) {
                const int u = column * strideWidth - padLeft + kx * dilationWidth;
                if (u < 0 || u >= inputWidth)
                    continue;
                const float value = x[plane + v * inputWidth + u];
                largest = max(largest, value);
                sum += value;
                ++seen;
            }
        }
        int counted = seen;
        if (function == 2u)
            counted = room(row * strideHeight, inputHeight + padTop + padBottom, kernelHeight, dilationHeight)
                * room(column * strideWidth, inputWidth + padLeft + padRight, kernelWidth, dilationWidth);
        y[i] = seen == 0 ? 0.0 : function == 0u ? largest : sum / float(max(counted, 1));
    }
}
