// One quad, 16 rows × 4 columns, for a handful of columns (or, transposed, of rows): a lane owns four rows and one column.
fn products(c: vec4f, a: mat4x4f, b: vec4f) -> vec4f {
  return fma(a[3], vec4f(b.w), fma(a[2], vec4f(b.z), fma(a[1], vec4f(b.y), fma(a[0], vec4f(b.x), c))));
}
fn load_column(col: u32, k: u32) -> vec4f {
  let at = s.b_offset + col * s.b_col + k * s.b_k;
  if (B_ALONG) { return b4(at); }
  return vec4f(b1(at), b1(at + s.b_k), b1(at + 2u * s.b_k), b1(at + 3u * s.b_k));
}
fn put_column(row: u32, col: u32, z: u32, c: vec4f) {
  var rows = c;
  for (var j = 0u; j < 4u; j++) {
    put1(row + j, col, z, rows.x);
    rows = rows.yzwx;
  }
}

@compute @workgroup_size(4)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = tile.y * 16u + lane * 4u;
  let col = tile.x * 4u;
  let own = col + lane;
  var k = tile.z * s.chunk;
  let end = min(s.k, k + s.chunk);
  var c0 = vec4f(); var c1 = vec4f(); var c2 = vec4f(); var c3 = vec4f();
  for (; k + 4u <= end; k += 4u) {
    let a = load_a(row, k);
    let b = load_column(own, k);
    c0 = products(c0, a, b);
    c1 = products(c1, a, quadSwapX(b));
    c2 = products(c2, a, quadSwapY(b));
    c3 = products(c3, a, quadSwapDiagonal(b));
  }
  if (TAIL) {
    for (; k < end; k++) {
      let a = load_a_one(row, k);
      let b = b1(s.b_offset + own * s.b_col + k * s.b_k);
      c0 = fma(a, vec4f(b), c0);
      c1 = fma(a, vec4f(quadSwapX(b)), c1);
      c2 = fma(a, vec4f(quadSwapY(b)), c2);
      c3 = fma(a, vec4f(quadSwapDiagonal(b)), c3);
    }
  }
  for (var x = 0u; x < 4u; x++) {
    put_column(row, col + (lane ^ x), tile.z, c0);
    c0 = c1; c1 = c2; c2 = c3;
  }
}
