// Convolutions: where windows lie, and those that tiles would serve badly. Column c * taps + k of a row of weights is
// tap k of channel c of its group.

uint outputArea()
{
    return uint(outputHeight * outputWidth);
}

// Token number picture * outputArea() + pixel, in the plane of this row of all.
uint outputAt(uint token, uint row)
{
    return (token / outputArea() * allRows + row) * outputArea() + token % outputArea();
}

float biasOf(uint row)
{
    return hasBias != 0u ? bias[min(row, allRows - 1u)] : 0.0;
}

// The first tap of the window of a token.
struct Place {
    uint picture;
    int v; // row of the input, below 0 in the padding
    int u;
};

const int outside = -0x3fffffff; // a row that no tap brings back into the input

Place placeOf(uint token)
{
    if (token >= tokenCount)
        return Place(0u, outside, 0);
    const int pixel = int(token % outputArea());
    return Place(
        token / outputArea(), pixel / outputWidth * strideHeight - padTop, pixel % outputWidth * strideWidth - padLeft);
}

struct Tap {
    uint channel;
    int v;
    int u;
};

Tap tapOf(uint column)
{
    const uint taps = uint(kernelHeight * kernelWidth);
    const int k = int(column % taps);
    return Tap(column / taps, k / kernelWidth, k % kernelWidth);
}

// To the next column; divisions would cost more than the multiplications of a window.
void advance(inout Tap tap)
{
    if (++tap.u < kernelWidth)
        return;
    tap.u = 0;
    if (++tap.v < kernelHeight)
        return;
    tap.v = 0;
    ++tap.channel;
}

float seenBy(Place place, Tap tap, uint group)
{
    const int v = place.v + tap.v * dilationHeight, u = place.u + tap.u * dilationWidth;
    if (v < 0 || v >= inputHeight || u < 0 || u >= inputWidth)
        return 0.0;
    const uint plane = (place.picture * groupCount + group) * channelCount + tap.channel;
    return x[(plane * uint(inputHeight) + uint(v)) * uint(inputWidth) + uint(u)];
}

// Few rows a group, depthwise ones first of all: an invocation has one row and four neighbouring pixels, which share
// what is decoded.
void multiplyWindows()
{
    const uint fours = (outputArea() + 3u) / 4u, total = tokenCount / outputArea() * allRows * fours;
    for (uint i = gl_GlobalInvocationID.x; i < total; i += gl_NumWorkGroups.x * 64u) {
        const uint pixel = i % fours * 4u, row = i / fours % allRows, picture = i / fours / allRows;
        const uint count = min(4u, outputArea() - pixel), first = picture * outputArea() + pixel;
        Place places[4];
        for (uint n = 0u; n < 4u; ++n)
            places[n] = placeOf(first + min(n, count - 1u));
        vec4 sums = vec4(biasOf(row));
        Tap tap = Tap(0u, 0, 0);
        for (uint column = 0u; column < columnCount; column += 8u) {
            const Eight values = decode8(row, column);
            for (uint n = 0u; n < min(8u, columnCount - column); ++n) {
                const float weight = n < 4u ? values.low[n] : values.high[n - 4u];
                for (uint p = 0u; p < 4u; ++p)
                    sums[p] += weight * seenBy(places[p], tap, row / rowCount);
                advance(tap);
            }
        }
        for (uint p = 0u; p < count; ++p)
            y[outputAt(first + p, row)] = sums[p];
    }
}

// The whole number below a / b, for b above 0.
int quotientBelow(int a, int b)
{
    return a >= 0 ? a / b : -((b - 1 - a) / b);
}

// Rows of weights are [output of a group, tap], columns the channels of all groups. A pixel is reached by every stride-th
// tap, so an invocation has four pixels a stride apart, which the same taps reach; those of its neighbours too.
void multiplyTransposed()
{
    const uint across = uint((outputWidth + strideWidth - 1) / strideWidth), fours = (across + 3u) / 4u;
    const uint down = uint((outputHeight + strideHeight - 1) / strideHeight);
    const uint pictures = tokenCount / outputArea(), taps = uint(kernelHeight * kernelWidth);
    const uint total = fours * down * uint(strideWidth * strideHeight) * allRows * pictures;
    for (uint i = gl_GlobalInvocationID.x; i < total; i += gl_NumWorkGroups.x * 64u) {
        uint rest = i / fours;
        const int step = int(i % fours * 4u);
        int v = int(rest % down) * strideHeight;
        rest /= down;
        const int phase = int(rest % uint(strideWidth));
        rest /= uint(strideWidth);
        v += int(rest % uint(strideHeight));
        rest /= uint(strideHeight);
        const uint row = rest % allRows, picture = rest / allRows;
        if (v >= outputHeight)
            continue;
        const uint firstChannel = row / rowCount * channelCount;
        vec4 sums = vec4(biasOf(row));
        for (uint k = 0u; k < taps; ++k) {
            const int below = v + padTop - int(k) / kernelWidth * dilationHeight;
            const int right = phase + padLeft - int(k) % kernelWidth * dilationWidth;
            const int fromV = quotientBelow(below, strideHeight), shift = quotientBelow(right, strideWidth);
            if (fromV * strideHeight != below || shift * strideWidth != right || fromV < 0 || fromV >= inputHeight)
                continue;
            const ivec4 fromU = step + shift + ivec4(0, 1, 2, 3);
            for (uint column = firstChannel & ~7u; column < firstChannel + channelCount; column += 8u) {
                const Eight values = decode8(row % rowCount * taps + k, column);
                for (uint n = 0u; n < 8u; ++n) {
                    const uint channel = column + n;
                    if (channel < firstChannel || channel >= firstChannel + channelCount)
                        continue;
                    const float weight = n < 4u ? values.low[n] : values.high[n - 4u];
                    const uint at =
                        ((picture * columnCount + channel) * uint(inputHeight) + uint(fromV)) * uint(inputWidth);
                    for (uint p = 0u; p < 4u; ++p)
                        if (fromU[p] >= 0 && fromU[p] < inputWidth)
                            sums[p] += weight * x[at + uint(fromU[p])];
                }
            }
        }
        for (uint p = 0u; p < 4u; ++p) {
            const int u = (step + int(p)) * strideWidth + phase;
            if (u < outputWidth)
                y[((picture * allRows + row) * uint(outputHeight) + uint(v)) * uint(outputWidth) + uint(u)] = sums[p];
        }
    }
}
