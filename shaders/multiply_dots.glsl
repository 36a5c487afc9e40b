// y[token, row] = sum over columns of W[row, column] * x[token, column], where x has been rounded to bytes under a scale
// a line (round_activations.comp), and the products of a line are summed in whole numbers, four at once.

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint mode = 0u; // 0: by rows; 1: in tiles
layout(constant_id = 1) const uint tokensAtOnce = 1u; // by rows: 1 to 4
layout(constant_id = 2) const uint lineColumns = 32u; // 16, or a multiple of 32

layout(binding = 1, std430) readonly buffer Input { uint x[]; }; // [token][inputWords]
layout(binding = 2, std430) writeonly buffer Output { float y[]; };
layout(binding = 3, std430) readonly buffer Lines { vec2 lines[]; }; // [token][lineCount]: scale, sum of what it scales

// OpSDotKHR of four signed bytes; no instruction of the language stands for it.
spirv_instruction(extensions = ["SPV_KHR_integer_dot_product"], capabilities = [6018, 6019], id = 4450)
int dotOfBytes(uint a, uint b, spirv_literal int packed4x8);

int dot4(uint a, uint b)
{
    return dotOfBytes(a, b, 0);
}

ivec4 dots4(uvec4 a, uint b)
{
    return ivec4(dot4(a.x, b), dot4(a.y, b), dot4(a.z, b), dot4(a.w, b));
}

#include "workgroup_sums.glsl"

const uint rowsAtOnce = 4u;

// For few tokens, as multiply_rows.glsl.
void multiplyRows()
{
    const uint id = gl_LocalInvocationID.x, firstToken = gl_WorkGroupID.y * tokensAtOnce;
    for (uint row = gl_WorkGroupID.x * rowsAtOnce; row < rowCount; row += gl_NumWorkGroups.x * rowsAtOnce) {
        vec4 sums[4] = vec4[4](vec4(0.0), vec4(0.0), vec4(0.0), vec4(0.0)); // [token], a component a row
        for (uint column = id * 8u; column < columnCount; column += 512u) {
            uvec4 low, high; // a component a row
            vec4 scales, offsets;
            for (uint n = 0u; n < rowsAtOnce; ++n) {
                const uint from = min(row + n, rowCount - 1u);
                const uvec2 codes = codes8(from, column);
                const vec2 line = lineAt(from, column);
                low[n] = codes.x;
                high[n] = codes.y;
                scales[n] = line.x;
                offsets[n] = line.y;
            }
            for (uint t = 0u; t < tokensAtOnce; ++t) {
                const uint token = min(firstToken + t, tokenCount - 1u), at = token * inputWords + column / 4u;
                const uint first = x[at], second = x[at + 1u];
                const int sum = dot4(first, 0x01010101u) + dot4(second, 0x01010101u);
                sums[t] += lines[token * lineCount + column / lineColumns].x
                    * (scales * vec4(dots4(low, first) + dots4(high, second)) + offsets * float(sum));
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

// For many tokens: tiles of 64 rows and 64 tokens, 8 x 8 outputs an invocation, as multiply_tiles.glsl.
const uint tile = 64u, vectors = tile / 4u + 1u; // one more against bank conflicts
const uint depth = lineColumns < 32u ? lineColumns : 32u; // columns taken at a time
const uint words = depth / 4u;
shared uvec4 weightTile[8u * vectors]; // [word][row / 4]
shared uvec4 inputTile[8u * vectors]; // [word][token / 4]
shared vec4 rowScales[vectors], rowOffsets[vectors], tokenScales[vectors], tokenSums[vectors];

void loadLine(uint row, uint token, uint column)
{
    const uint id = gl_LocalInvocationID.x, to = id / 4u, part = id % 4u;
    const vec2 line = row < rowCount ? lineAt(row, column) : vec2(0.0);
    const vec2 other = token < tokenCount ? lines[token * lineCount + column / lineColumns] : vec2(0.0);
    rowScales[to][part] = line.x;
    rowOffsets[to][part] = line.y;
    tokenScales[to][part] = other.x;
    tokenSums[to][part] = other.y;
}

void loadTiles(uint row, uint tokenBegin, uint firstColumn)
{
    const uint id = gl_LocalInvocationID.x;
    [[dont_unroll]] for (uint part = 0u; part < words / 2u; ++part) {
        const uint column = firstColumn + part * 8u;
        const uvec2 codes = row < rowCount && column < columnCount ? codes8(row, column) : uvec2(0u);
        weightTile[2u * part * vectors + id / 4u][id % 4u] = codes.x;
        weightTile[(2u * part + 1u) * vectors + id / 4u][id % 4u] = codes.y;
    }
    [[dont_unroll]] for (uint i = id; i < tile * words; i += 64u) {
        const uint token = i / words, word = i % words;
        inputTile[word * vectors + token / 4u][token % 4u] =
            tokenBegin + token < tokenCount ? x[(tokenBegin + token) * inputWords + firstColumn / 4u + word] : 0u;
    }
}

void multiplyTile(uint tokenBegin)
{
    const uint id = gl_LocalInvocationID.x, rowBegin = gl_WorkGroupID.x * tile;
    const uint ownRow = id % 8u, ownToken = id / 8u; // vectors of four, and those behind eight others
    vec4 totals[16]; // [near or far tokens][token of four][near or far rows]
    ivec4 sums[16]; // the same, of this line
    for (uint i = 0u; i < 16u; ++i) {
        totals[i] = vec4(0.0);
        sums[i] = ivec4(0);
    }
    for (uint firstColumn = 0u; firstColumn < columnCount; firstColumn += depth) {
        if (firstColumn % lineColumns == 0u)
            loadLine(rowBegin + id, tokenBegin + id, firstColumn);
        loadTiles(rowBegin + id, tokenBegin, firstColumn);
        barrier();
        // 64 dot products a turn are enough; software devices compile more of them for very long.
        [[dont_unroll]] for (uint word = 0u; word < words; ++word) {
            const uvec4 nearRows = weightTile[word * vectors + ownRow];
            const uvec4 farRows = weightTile[word * vectors + ownRow + 8u];
            const uvec4 nearTokens = inputTile[word * vectors + ownToken];
            const uvec4 farTokens = inputTile[word * vectors + ownToken + 8u];
            for (uint n = 0u; n < 4u; ++n) {
                sums[2u * n] += dots4(nearRows, nearTokens[n]);
                sums[2u * n + 1u] += dots4(farRows, nearTokens[n]);
                sums[2u * n + 8u] += dots4(nearRows, farTokens[n]);
                sums[2u * n + 9u] += dots4(farRows, farTokens[n]);
            }
        }
        if ((firstColumn + depth) % lineColumns == 0u || firstColumn + depth >= columnCount)
            for (uint i = 0u; i < 16u; ++i) { // the line ends
                const uint rows = ownRow + i % 2u * 8u, tokens = ownToken + i / 8u * 8u, n = i / 2u % 4u;
                totals[i] += tokenScales[tokens][n] * rowScales[rows] * vec4(sums[i])
                    + tokenSums[tokens][n] * rowOffsets[rows];
                sums[i] = ivec4(0);
            }
        barrier();
    }
    for (uint i = 0u; i < 16u; ++i) {
        const uint token = tokenBegin + ownToken * 4u + i / 8u * 32u + i / 2u % 4u;
        const uint row = rowBegin + ownRow * 4u + i % 2u * 32u;
        for (uint n = 0u; n < 4u; ++n)
            if (token < tokenCount && row + n < rowCount)
                y[token * allRows + firstRow + row + n] = totals[i][n];
    }
}

void main()
{
    if (mode == 0u)
        multiplyRows();
    else
        for (uint token = gl_WorkGroupID.y * tile; token < tokenCount; token += gl_NumWorkGroups.y * tile)
            multiplyTile(token);
}
