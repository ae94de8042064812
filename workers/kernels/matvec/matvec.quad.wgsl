enable subgroups;
// For the software adapter: a lane owns one row of each four and loads four columns of the weight (two gates and two ups); the three swaps of a quad
// bring every lane's columns past every lane's rows. Lane l's sums after swap x belong to the columns of lane l ^ x.
fn swap_x(b: mat4x4f) -> mat4x4f { return mat4x4f(quadSwapX(b[0]), quadSwapX(b[1]), quadSwapX(b[2]), quadSwapX(b[3])); }
fn swap_y(b: mat4x4f) -> mat4x4f { return mat4x4f(quadSwapY(b[0]), quadSwapY(b[1]), quadSwapY(b[2]), quadSwapY(b[3])); }
fn swap_d(b: mat4x4f) -> mat4x4f { return mat4x4f(quadSwapDiagonal(b[0]), quadSwapDiagonal(b[1]), quadSwapDiagonal(b[2]), quadSwapDiagonal(b[3])); }

/// Rolled: what is not written out is compiled once.
fn put_own(row: u32, first: u32, own: u32, c: mat4x4f, rstd: f32) {
  var sums = c;
  for (var x = 0u; x < 4u; x++) {
    put(row, first + (own ^ x) * COLUMNS, sums[0], rstd);
    sums = mat4x4f(sums[1], sums[2], sums[3], sums[0]);
  }
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32) {
  let own = lane & 3u;
  let first = ((s.first + tile.x) * LANES + lane - own) * COLUMNS;
  let column = first + own * COLUMNS;
  let top = tile.y * 4u * GROUPS + own;
  let w0 = weight_at(column, 0u); let w1 = weight_at(column, 1u); let w2 = weight_at(column, 2u); let w3 = weight_at(column, 3u);
  //! for I in GROUPS
  var c$I = mat4x4f();
  var s$I = 0.0;
  let x$I = min(top + $Iu * 4u, s.m - 1u) * s.k4;
  //! end
  for (var k = 0u; k < s.k4; k++) {
    let t = transpose(mat4x4f(w4(w0 + k * 4u), w4(w1 + k * 4u), w4(w2 + k * 4u), w4(w3 + k * 4u)));
    let tx = swap_x(t);
    let ty = swap_y(t);
    let td = swap_d(t);
    var scale = vec4f(1.0);
    if (NORM) { scale = gain[k]; }
    //! for I in GROUPS
    var u$I = x[x$I + k];
    if (NORM) {
      s$I = squares(s$I, u$I);
      u$I *= scale;
    }
    c$I = mat4x4f(step(c$I[0], t, u$I), step(c$I[1], tx, u$I), step(c$I[2], ty, u$I), step(c$I[3], td, u$I));
    //! end
  }
  if (LOW) {
    let span = low_span((s.first + tile.x) * LANES * COLUMNS, LANES * COLUMNS);
    for (var q = span.x; q < span.y; q++) {
      let t = low_at(column, q);
      let tx = swap_x(t);
      let ty = swap_y(t);
      let td = swap_d(t);
      //! for I in GROUPS
      let h$I = low[low_row(min(top + $Iu * 4u, s.m - 1u)) + q];
      c$I = mat4x4f(step(c$I[0], t, h$I), step(c$I[1], tx, h$I), step(c$I[2], ty, h$I), step(c$I[3], td, h$I));
      //! end
    }
  }
  //! for I in GROUPS
  put_own(top + $Iu * 4u, first, own, c$I, rstd_of(s$I));
  //! end
}
