// One quad, 16 rows × 8 columns, for products of low rank: a lane owns four rows and two columns.
fn product_two(c: mat4x2f, a: vec4f, b: vec2f) -> mat4x2f {
  return mat4x2f(fma(vec2f(a.x), b, c[0]), fma(vec2f(a.y), b, c[1]), fma(vec2f(a.z), b, c[2]), fma(vec2f(a.w), b, c[3]));
}
fn products_two(c: mat4x2f, a: mat4x4f, b: mat4x2f) -> mat4x2f {
  return product_two(product_two(product_two(product_two(c, a[0], b[0]), a[1], b[1]), a[2], b[2]), a[3], b[3]);
}
fn load_two(col: u32, k: u32) -> vec2f {
  let at = s.b_offset + col * s.b_col + k * s.b_k;
  return vec2f(b1(at), b1(at + s.b_col));
}
fn load_twos(col: u32, k: u32) -> mat4x2f {
  if (B_ALONG) {
    let at = s.b_offset + col * s.b_col + k;
    return transpose(mat2x4f(b4(at), b4(at + s.b_col)));
  }
  return mat4x2f(load_two(col, k), load_two(col, k + 1u), load_two(col, k + 2u), load_two(col, k + 3u));
}
fn put_two(row: u32, col: u32, z: u32, c: mat4x2f) {
  var rows = c;
  for (var j = 0u; j < 4u; j++) {
    put1(row + j, col, z, rows[0].x);
    put1(row + j, col + 1u, z, rows[0].y);
    rows = mat4x2f(rows[1], rows[2], rows[3], rows[0]);
  }
}

@compute @workgroup_size(4)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = tile.y * 16u + lane * 4u;
  let col = tile.x * 8u;
  let own = col + lane * 2u;
  var k = tile.z * s.chunk;
  let end = min(s.k, k + s.chunk);
  var c0 = mat4x2f(); var c1 = mat4x2f(); var c2 = mat4x2f(); var c3 = mat4x2f();
  for (; k + 4u <= end; k += 4u) {
    let a = load_a(row, k);
    let b = load_twos(own, k);
    c0 = products_two(c0, a, b);
    c1 = products_two(c1, a, mat4x2f(quadSwapX(b[0]), quadSwapX(b[1]), quadSwapX(b[2]), quadSwapX(b[3])));
    c2 = products_two(c2, a, mat4x2f(quadSwapY(b[0]), quadSwapY(b[1]), quadSwapY(b[2]), quadSwapY(b[3])));
    c3 = products_two(c3, a, mat4x2f(quadSwapDiagonal(b[0]), quadSwapDiagonal(b[1]), quadSwapDiagonal(b[2]), quadSwapDiagonal(b[3])));
  }
  if (TAIL) {
    for (; k < end; k++) {
      let a = load_a_one(row, k);
      let b = load_two(own, k);
      c0 = product_two(c0, a, b);
      c1 = product_two(c1, a, quadSwapX(b));
      c2 = product_two(c2, a, quadSwapY(b));
      c3 = product_two(c3, a, quadSwapDiagonal(b));
    }
  }
  for (var x = 0u; x < 4u; x++) {
    put_two(row, col + (lane ^ x) * 2u, tile.z, c0);
    c0 = c1; c1 = c2; c2 = c3;
  }
}
