// For few tokens. A workgroup makes 4 neighbouring rows for up to 4 tokens: its invocations share the columns, so
// that what is read of x serves four rows, and what is decoded serves all tokens; then they add up.

const uint rowsAtOnce = 4u;

#include "workgroup_sums.glsl"

void multiplyRows()
{
    const uint id = gl_LocalInvocationID.x, firstToken = gl_WorkGroupID.y * tokensAtOnce;
    const bool whole = columnCount % 8u == 0u;
    for (uint row = gl_WorkGroupID.x * rowsAtOnce; row < rowCount; row += gl_NumWorkGroups.x * rowsAtOnce) {
        const uint last = rowCount - 1u;
        vec4 sums[4] = vec4[4](vec4(0.0), vec4(0.0), vec4(0.0), vec4(0.0)); // [token], a component a row
        for (uint column = id * 8u; column < columnCount; column += 512u) {
            const Eight a = decode8(row, column), b = decode8(min(row + 1u, last), column);
            const Eight c = decode8(min(row + 2u, last), column), d = decode8(min(row + 3u, last), column);
            for (uint t = 0u; t < tokensAtOnce; ++t) {
                const uint token = min(firstToken + t, tokenCount - 1u);
                vec4 low, high;
                if (whole) {
                    const uint at = (token * columnCount + column) / 4u;
                    low = xVectors[at];
                    high = xVectors[at + 1u];
                } else {
                    low = inputsAt(token, column);
                    high = inputsAt(token, column + 4u);
                }
                sums[t] += vec4(dot(a.low, low), dot(b.low, low), dot(c.low, low), dot(d.low, low))
                    + vec4(dot(a.high, high), dot(b.high, high), dot(c.high, high), dot(d.high, high));
            }
        }
        for (uint t = 0u; t < tokensAtOnce; ++t) {
            const vec4 total = sumOverWorkgroup(sums[t], t);
            if (id == 0u && firstToken + t < tokenCount)
                for (uint r = 0u; r < rowsAtOnce && row + r < rowCount; ++r)
                    y[(firstToken + t) * allRows + firstRow + row + r] = total[r];
        }
        barrier(); // before the next rows overwrite the sums
    }
}
