// E2M1 in units of a half: a sign, two bits of exponent, one of mantissa; one in each byte.
float miniFloat(uint code)
{
    const uint exponent = code >> 1u & 3u, mantissa = code & 1u;
    const float magnitude = exponent == 0u ? float(mantissa) : float((2u + mantissa) << exponent - 1u);
    return (code & 8u) == 0u ? magnitude : -magnitude;
}

vec4 levelsOf(uint nibbles)
{
    return vec4(
        miniFloat(nibbles), miniFloat(nibbles >> 8u), miniFloat(nibbles >> 16u), miniFloat(nibbles >> 24u));
}
