// One quad, 16 rows × 16 columns.
@compute @workgroup_size(4)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = tile.y * 16u + lane * 4u;
  let col = tile.x * 16u;
  let own = col + lane * 4u;
  var k = tile.z * s.chunk;
  let end = min(s.k, k + s.chunk);
  var c0 = mat4x4f(); var c1 = mat4x4f(); var c2 = mat4x4f(); var c3 = mat4x4f();
  for (; k + 4u <= end; k += 4u) {
    let a = load_a(row, k);
    let b = load_b(own, k);
    c0 = product(c0, a, b);
    c1 = product(c1, a, swap_x(b));
    c2 = product(c2, a, swap_y(b));
    c3 = product(c3, a, swap_d(b));
  }
  if (TAIL) {
    for (; k < end; k++) {
      let a = load_a_one(row, k);
      let b = load_b_one(own, k);
      c0 = product_one(c0, a, b);
      c1 = product_one(c1, a, quadSwapX(b));
      c2 = product_one(c2, a, quadSwapY(b));
      c3 = product_one(c3, a, quadSwapDiagonal(b));
    }
  }
  put_quad(row, col, lane, tile.z, c0, c1, c2, c3);
}
