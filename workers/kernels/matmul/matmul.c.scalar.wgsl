// Output (and what is added to it) one by one, for any offset and strides; bias goes by column, or by row when the product is computed transposed.
@group(0) @binding(3) var<storage, read> add: array<f32>;
@group(0) @binding(4) var<storage, read_write> c: array<f32>;
fn put1(row: u32, col: u32, z: u32, sum: f32) {
  if (row < s.m && col < s.n) {
    let at = s.c_offset + z * s.c_chunk + row * s.c_row + col * s.c_col;
    var y = s.alpha * sum;
    if (BIAS) { y += bias[select(col, row, TRANSPOSED)]; }
    if (ADD) { y += add[at]; }
    if (ACCUMULATE) { y += c[at]; }
    c[at] = y;
  }
}
fn put4(row: u32, col: u32, z: u32, sum: vec4f) {
  var sums = sum;
  for (var i = 0u; i < 4u; i++) {
    put1(row, col + i, z, sums.x);
    sums = sums.yzwx;
  }
}
