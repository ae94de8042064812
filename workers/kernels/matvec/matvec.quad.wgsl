enable subgroups;
// For the software adapter: a lane owns four columns (two gates and two ups), a quad shares 4 · GROUPS rows of x, each loaded by one of its lanes.
fn four(c: mat4x4f, t: mat4x4f, u: vec4f) -> mat4x4f {
  return mat4x4f(step(c[0], t, quadBroadcast(u, 0u)), step(c[1], t, quadBroadcast(u, 1u)), step(c[2], t, quadBroadcast(u, 2u)), step(c[3], t, quadBroadcast(u, 3u)));
}

/// Rolled: what is not written out is compiled once.
fn put_four(top: u32, column: u32, c: mat4x4f, rstd: f32) {
  var rows = c;
  var scales = vec4f(quadBroadcast(rstd, 0u), quadBroadcast(rstd, 1u), quadBroadcast(rstd, 2u), quadBroadcast(rstd, 3u));
  for (var j = 0u; j < 4u; j++) {
    put(top + j, column, rows[0], scales.x);
    rows = mat4x4f(rows[1], rows[2], rows[3], rows[0]);
    scales = scales.yzwx;
  }
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32) {
  let column = ((s.first + tile.x) * LANES + lane) * COLUMNS;
  let top = tile.y * 4u * GROUPS;
  let own = top + (lane & 3u);
  let w0 = weight_at(column, 0u); let w1 = weight_at(column, 1u); let w2 = weight_at(column, 2u); let w3 = weight_at(column, 3u);
  //! for I in GROUPS
  var c$I = mat4x4f();
  var s$I = 0.0;
  let x$I = min(own + $Iu * 4u, s.m - 1u) * s.k4;
  //! end
  for (var k = 0u; k < s.k4; k++) {
    let t = transpose(mat4x4f(w4(w0 + k * 4u), w4(w1 + k * 4u), w4(w2 + k * 4u), w4(w3 + k * 4u)));
    var scale = vec4f(1.0);
    if (NORM) { scale = gain[k]; }
    //! for I in GROUPS
    var u$I = x[x$I + k];
    if (NORM) {
      s$I = squares(s$I, u$I);
      u$I *= scale;
    }
    c$I = four(c$I, t, u$I);
    //! end
  }
  //! for I in GROUPS
  put_four(top + $Iu * 4u, column, c$I, rstd_of(s$I));
  //! end
}
