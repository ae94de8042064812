// One lane, 4 rows × 4 columns: where a software adapter has no subgroups.
@compute @workgroup_size(4, 4)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.y * 4u;
  let col = id.x * 4u;
  var k = id.z * s.chunk;
  let end = min(s.k, k + s.chunk);
  var c0 = mat4x4f();
  for (; k + 4u <= end; k += 4u) { c0 = product(c0, load_a(row, k), load_b(col, k)); }
  if (TAIL) {
    for (; k < end; k++) { c0 = product_one(c0, load_a_one(row, k), load_b_one(col, k)); }
  }
  put(row, col, id.z, c0);
}
