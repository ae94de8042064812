// For the software adapter and a single row, or without subgroups: a lane owns four columns (two gates and two ups) of one row.
@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32) {
  let column = ((s.first + tile.x) * LANES + lane) * COLUMNS;
  let row = tile.y;
  let w0 = weight_at(column, 0u); let w1 = weight_at(column, 1u); let w2 = weight_at(column, 2u); let w3 = weight_at(column, 3u);
  let at = row * s.k4;
  var c = vec4f();
  var sum = 0.0;
  for (var k = 0u; k < s.k4; k++) {
    let t = transpose(mat4x4f(w4(w0 + k * 4u), w4(w1 + k * 4u), w4(w2 + k * 4u), w4(w3 + k * 4u)));
    var u = x[at + k];
    if (NORM) {
      sum = squares(sum, u);
      u *= gain[k];
    }
    c = step(c, t, u);
  }
  if (LOW) {
    let span = low_span(column, COLUMNS);
    for (var q = span.x; q < span.y; q++) { c = step(c, low_at(column, q), low[low_row(row) + q]); }
  }
  put(row, column, c, rstd_of(sum));
}
