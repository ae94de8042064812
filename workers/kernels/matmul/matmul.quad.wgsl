enable subgroups;
// The four lanes of a quad own four rows and four columns each; the three swaps of a quad bring every lane's columns past every lane's rows,
// so each element is loaded once per quad. Lane l's sums after swap x belong to its rows and to the columns of lane l ^ x.
fn swap_x(b: mat4x4f) -> mat4x4f { return mat4x4f(quadSwapX(b[0]), quadSwapX(b[1]), quadSwapX(b[2]), quadSwapX(b[3])); }
fn swap_y(b: mat4x4f) -> mat4x4f { return mat4x4f(quadSwapY(b[0]), quadSwapY(b[1]), quadSwapY(b[2]), quadSwapY(b[3])); }
fn swap_d(b: mat4x4f) -> mat4x4f { return mat4x4f(quadSwapDiagonal(b[0]), quadSwapDiagonal(b[1]), quadSwapDiagonal(b[2]), quadSwapDiagonal(b[3])); }

/// Writes a quad's 16 × 16 sums.
fn put_quad(row: u32, col: u32, lane: u32, z: u32, c0: mat4x4f, c1: mat4x4f, c2: mat4x4f, c3: mat4x4f) {
  var p0 = c0; var p1 = c1; var p2 = c2; var p3 = c3;
  for (var x = 0u; x < 4u; x++) {
    put(row, col + (lane ^ x) * 4u, z, p0);
    p0 = p1; p1 = p2; p2 = p3;
  }
}
