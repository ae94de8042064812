// One quad, 32 rows × 32 columns: two fragments a side.
@compute @workgroup_size(4)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = tile.y * 32u + lane * 4u;
  let col = tile.x * 32u;
  let own = col + lane * 4u;
  var k = tile.z * s.chunk;
  let end = min(s.k, k + s.chunk);
  var p0 = mat4x4f(); var p1 = mat4x4f(); var p2 = mat4x4f(); var p3 = mat4x4f(); // rows 0 … 15, columns 0 … 15
  var q0 = mat4x4f(); var q1 = mat4x4f(); var q2 = mat4x4f(); var q3 = mat4x4f(); // rows 0 … 15, columns 16 … 31
  var u0 = mat4x4f(); var u1 = mat4x4f(); var u2 = mat4x4f(); var u3 = mat4x4f(); // rows 16 … 31, columns 0 … 15
  var v0 = mat4x4f(); var v1 = mat4x4f(); var v2 = mat4x4f(); var v3 = mat4x4f(); // rows 16 … 31, columns 16 … 31
  for (; k + 4u <= end; k += 4u) {
    let a = load_a(row, k);
    let d = load_a(row + 16u, k);
    let b = load_b(own, k);
    p0 = product(p0, a, b);
    u0 = product(u0, d, b);
    let bx = swap_x(b);
    p1 = product(p1, a, bx);
    u1 = product(u1, d, bx);
    let by = swap_y(b);
    p2 = product(p2, a, by);
    u2 = product(u2, d, by);
    let bd = swap_d(b);
    p3 = product(p3, a, bd);
    u3 = product(u3, d, bd);
    let e = load_b(own + 16u, k);
    q0 = product(q0, a, e);
    v0 = product(v0, d, e);
    let ex = swap_x(e);
    q1 = product(q1, a, ex);
    v1 = product(v1, d, ex);
    let ey = swap_y(e);
    q2 = product(q2, a, ey);
    v2 = product(v2, d, ey);
    let ed = swap_d(e);
    q3 = product(q3, a, ed);
    v3 = product(v3, d, ed);
  }
  if (TAIL) {
    for (; k < end; k++) {
      let a = load_a_one(row, k);
      let d = load_a_one(row + 16u, k);
      let b = load_b_one(own, k);
      let e = load_b_one(own + 16u, k);
      p0 = product_one(p0, a, b);
      u0 = product_one(u0, d, b);
      q0 = product_one(q0, a, e);
      v0 = product_one(v0, d, e);
      p1 = product_one(p1, a, quadSwapX(b));
      u1 = product_one(u1, d, quadSwapX(b));
      q1 = product_one(q1, a, quadSwapX(e));
      v1 = product_one(v1, d, quadSwapX(e));
      p2 = product_one(p2, a, quadSwapY(b));
      u2 = product_one(u2, d, quadSwapY(b));
      q2 = product_one(q2, a, quadSwapY(e));
      v2 = product_one(v2, d, quadSwapY(e));
      p3 = product_one(p3, a, quadSwapDiagonal(b));
      u3 = product_one(u3, d, quadSwapDiagonal(b));
      q3 = product_one(q3, a, quadSwapDiagonal(e));
      v3 = product_one(v3, d, quadSwapDiagonal(e));
    }
  }
  put_quad(row, col, lane, tile.z, p0, p1, p2, p3);
  put_quad(row, col + 16u, lane, tile.z, q0, q1, q2, q3);
  put_quad(row + 16u, col, lane, tile.z, u0, u1, u2, u3);
  put_quad(row + 16u, col + 16u, lane, tile.z, v0, v1, v2, v3);
}
