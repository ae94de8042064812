// Output (and what is added to it) in fours: packed columns; offset, row stride and n are multiples of four.
@group(0) @binding(3) var<storage, read> add: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> c: array<vec4f>;
fn put4(row: u32, col: u32, z: u32, sum: vec4f) {
  if (row < s.m && col < s.n) {
    let at = (s.c_offset + z * s.c_chunk + row * s.c_row + col) >> 2u;
    var y = s.alpha * sum;
    if (BIAS) { y += vec4f(bias[col], bias[col + 1u], bias[col + 2u], bias[col + 3u]); }
    if (ADD) { y += add[at]; }
    if (ACCUMULATE) { y += c[at]; }
    c[at] = y;
  }
}
fn put1(row: u32, col: u32, z: u32, sum: f32) {
  if (row < s.m && col < s.n) {
    let at = s.c_offset + z * s.c_chunk + row * s.c_row + col;
    var y = s.alpha * sum;
    if (BIAS) { y += bias[col]; }
    if (ADD) { y += add[at >> 2u][at & 3u]; }
    if (ACCUMULATE) { y += c[at >> 2u][at & 3u]; }
    c[at >> 2u][at & 3u] = y;
  }
}
