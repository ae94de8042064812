// For graphics cards: LANES lanes walk along k side by side for four weight rows and ROWS rows of x; their sums meet by `gather_sums` (shared memory or subgroups).
fn products(tile: vec3u, lane: u32) {
  let column = (s.first + tile.x) * COLUMNS;
  let top = tile.y * ROWS;
  let w0 = weight_at(column, 0u); let w1 = weight_at(column, 1u); let w2 = weight_at(column, 2u); let w3 = weight_at(column, 3u);
  //! for R in ROWS
  var c$R = vec4f();
  var s$R = 0.0;
  let x$R = min(top + $Ru, s.m - 1u) * s.k4;
  //! end
  for (var k = lane; k < s.k4; k += LANES) {
    let t = transpose(mat4x4f(w4(w0 + k * 4u), w4(w1 + k * 4u), w4(w2 + k * 4u), w4(w3 + k * 4u)));
    var scale = vec4f(1.0);
    if (NORM) { scale = gain[k]; }
    //! for R in ROWS
    var u$R = x[x$R + k];
    if (NORM) {
      s$R = squares(s$R, u$R);
      u$R *= scale;
    }
    c$R = step(c$R, t, u$R);
    //! end
  }
  if (LOW) {
    let span = low_span(column, COLUMNS);
    for (var q = span.x + lane; q < span.y; q += LANES) {
      let t = low_at(column, q);
      //! for R in ROWS
      c$R = step(c$R, t, low[low_row(min(top + $Ru, s.m - 1u)) + q]);
      //! end
    }
  }
  //! for R in ROWS
  keep(lane, $Ru, c$R, s$R);
  //! end
  gather_sums(lane);
  if (lane < ROWS) { put(top + lane, column, parts[lane], rstd_of(part_squares[lane])); }
}
