// One quad, 64 rows × 32 columns, eight k a turn, for products that are large enough to pay for its compilation: few loads and little of the loop for each
// multiply-add. Fragments lie as rows here, four k of one row (column) in a vector, so that each sum is carried through the eight k at once.
fn rows_a(row: u32, k: u32) -> mat4x4f { return transpose(load_a(row, k)); }
fn rows_b(col: u32, k: u32) -> mat4x4f { return transpose(load_b(col, k)); }
/// c[row] += Σ over the eight k of (a, d) and (b, e), ascending: each sum is carried through all eight before the next.
fn along_eight(c: f32, a: vec4f, d: vec4f, b: vec4f, e: vec4f) -> f32 { return along(along(c, a, b), d, e); }
fn row_eight(c: vec4f, a: vec4f, d: vec4f, b: mat4x4f, e: mat4x4f) -> vec4f {
  return vec4f(along_eight(c.x, a, d, b[0], e[0]), along_eight(c.y, a, d, b[1], e[1]), along_eight(c.z, a, d, b[2], e[2]), along_eight(c.w, a, d, b[3], e[3]));
}
fn product_eight(c: mat4x4f, a: mat4x4f, d: mat4x4f, b: mat4x4f, e: mat4x4f) -> mat4x4f {
  return mat4x4f(row_eight(c[0], a[0], d[0], b, e), row_eight(c[1], a[1], d[1], b, e), row_eight(c[2], a[2], d[2], b, e), row_eight(c[3], a[3], d[3], b, e));
}

@compute @workgroup_size(4)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = tile.y * 64u + lane * 4u;
  let col = tile.x * 32u;
  let own = col + lane * 4u;
  var k = tile.z * s.chunk;
  let end = min(s.k, k + s.chunk);
//! for R in 4
  // rows 16·$R … 16·$R + 15: columns 0 … 15 after no swap, x, y and the diagonal, then columns 16 … 31
  var p0_$R = mat4x4f(); var p1_$R = mat4x4f(); var p2_$R = mat4x4f(); var p3_$R = mat4x4f();
  var q0_$R = mat4x4f(); var q1_$R = mat4x4f(); var q2_$R = mat4x4f(); var q3_$R = mat4x4f();
//! end
  for (; k + 8u <= end; k += 8u) {
//! for R in 4
    let a$R = rows_a(row + $Ru * 16u, k);
    let d$R = rows_a(row + $Ru * 16u, k + 4u);
//! end
    let b = rows_b(own, k);
    let e = rows_b(own, k + 4u);
//! for R in 4
    p0_$R = product_eight(p0_$R, a$R, d$R, b, e);
//! end
    let bx = swap_x(b);
    let ex = swap_x(e);
//! for R in 4
    p1_$R = product_eight(p1_$R, a$R, d$R, bx, ex);
//! end
    let by = swap_y(b);
    let ey = swap_y(e);
//! for R in 4
    p2_$R = product_eight(p2_$R, a$R, d$R, by, ey);
//! end
    let bd = swap_d(b);
    let ed = swap_d(e);
//! for R in 4
    p3_$R = product_eight(p3_$R, a$R, d$R, bd, ed);
//! end
    let f = rows_b(own + 16u, k);
    let g = rows_b(own + 16u, k + 4u);
//! for R in 4
    q0_$R = product_eight(q0_$R, a$R, d$R, f, g);
//! end
    let fx = swap_x(f);
    let gx = swap_x(g);
//! for R in 4
    q1_$R = product_eight(q1_$R, a$R, d$R, fx, gx);
//! end
    let fy = swap_y(f);
    let gy = swap_y(g);
//! for R in 4
    q2_$R = product_eight(q2_$R, a$R, d$R, fy, gy);
//! end
    let fd = swap_d(f);
    let gd = swap_d(g);
//! for R in 4
    q3_$R = product_eight(q3_$R, a$R, d$R, fd, gd);
//! end
  }
  if (TAIL) {
    for (; k < end; k++) {
      let b = load_b_one(own, k);
      let bx = quadSwapX(b);
      let by = quadSwapY(b);
      let bd = quadSwapDiagonal(b);
      let f = load_b_one(own + 16u, k);
      let fx = quadSwapX(f);
      let fy = quadSwapY(f);
      let fd = quadSwapDiagonal(f);
//! for R in 4
      let a$R = load_a_one(row + $Ru * 16u, k);
      p0_$R = product_one(p0_$R, a$R, b);
      p1_$R = product_one(p1_$R, a$R, bx);
      p2_$R = product_one(p2_$R, a$R, by);
      p3_$R = product_one(p3_$R, a$R, bd);
      q0_$R = product_one(q0_$R, a$R, f);
      q1_$R = product_one(q1_$R, a$R, fx);
      q2_$R = product_one(q2_$R, a$R, fy);
      q3_$R = product_one(q3_$R, a$R, fd);
//! end
    }
  }
//! for R in 4
  put_quad(row + $Ru * 16u, col, lane, tile.z, p0_$R, p1_$R, p2_$R, p3_$R);
  put_quad(row + $Ru * 16u, col + 16u, lane, tile.z, q0_$R, q1_$R, q2_$R, q3_$R);
//! end
}
