// The 16 levels of iq4_nl and iq4_xs, signed bytes.
const uvec4 nonlinearLevels = uvec4(0xbfad9881u, 0xf6eaddcfu, 0x26190d01u, 0x71594535u);
