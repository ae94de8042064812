// Fragments: four k of the four rows (columns) that a lane owns, as a matrix with one column per k, however they lie in memory; and their product.
fn load_a(row: u32, k: u32) -> mat4x4f {
  let at = s.a_offset + row * s.a_row + k * s.a_k;
  if (A_ALONG) { return transpose(mat4x4f(a4(at), a4(at + s.a_row), a4(at + 2u * s.a_row), a4(at + 3u * s.a_row))); }
  return mat4x4f(a4(at), a4(at + s.a_k), a4(at + 2u * s.a_k), a4(at + 3u * s.a_k));
}
fn load_b(col: u32, k: u32) -> mat4x4f {
  let at = s.b_offset + col * s.b_col + k * s.b_k;
  if (B_ALONG) { return transpose(mat4x4f(b4(at), b4(at + s.b_col), b4(at + 2u * s.b_col), b4(at + 3u * s.b_col))); }
  return mat4x4f(b4(at), b4(at + s.b_k), b4(at + 2u * s.b_k), b4(at + 3u * s.b_k));
}
/// The lane's four rows at one k: what is left when k is not a multiple of four.
fn load_a_one(row: u32, k: u32) -> vec4f {
  let at = s.a_offset + row * s.a_row + k * s.a_k;
  if (A_ALONG) { return vec4f(a1(at), a1(at + s.a_row), a1(at + 2u * s.a_row), a1(at + 3u * s.a_row)); }
  return a4(at);
}
fn load_b_one(col: u32, k: u32) -> vec4f {
  let at = s.b_offset + col * s.b_col + k * s.b_k;
  if (B_ALONG) { return vec4f(b1(at), b1(at + s.b_col), b1(at + 2u * s.b_col), b1(at + 3u * s.b_col)); }
  return b4(at);
}
/// c + Σ a[k]·b[k] over four k, ascending: one sum at a time, because the software adapter keeps few values in registers.
fn along(c: f32, a: vec4f, b: vec4f) -> f32 { return fma(a.w, b.w, fma(a.z, b.z, fma(a.y, b.y, fma(a.x, b.x, c)))); }
fn row_along(c: vec4f, a: vec4f, b: mat4x4f) -> vec4f {
  return vec4f(along(c.x, a, b[0]), along(c.y, a, b[1]), along(c.z, a, b[2]), along(c.w, a, b[3]));
}
/// c[row] += Σ a[row][k] · b[column][k], of fragments that lie as rows.
fn product_rows(c: mat4x4f, a: mat4x4f, b: mat4x4f) -> mat4x4f {
  return mat4x4f(row_along(c[0], a[0], b), row_along(c[1], a[1], b), row_along(c[2], a[2], b), row_along(c[3], a[3], b));
}
/// c[row] += Σ a[k][row] · b[k], k ascending.
fn product(c: mat4x4f, a: mat4x4f, b: mat4x4f) -> mat4x4f { return product_rows(c, transpose(a), transpose(b)); }
fn product_one(c: mat4x4f, a: vec4f, b: vec4f) -> mat4x4f {
  return mat4x4f(fma(vec4f(a.x), b, c[0]), fma(vec4f(a.y), b, c[1]), fma(vec4f(a.z), b, c[2]), fma(vec4f(a.w), b, c[3]));
}
/// Writes a lane's rows from `row` and columns from `col`. Rolled, here and below: what is not written out is compiled once.
fn put(row: u32, col: u32, z: u32, c: mat4x4f) {
  var rows = c;
  for (var j = 0u; j < 4u; j++) {
    put4(row + j, col, z, rows[0]);
    rows = mat4x4f(rows[1], rows[2], rows[3], rows[0]);
  }
}
