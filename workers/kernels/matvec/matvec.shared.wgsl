// Sums over a workgroup's lanes in shared memory, by halves: one order on every card.
var<workgroup> parts: array<vec4f, LANES * ROWS>; // [LANES, ROWS]; afterwards the sums are the first ROWS
var<workgroup> part_squares: array<f32, LANES * ROWS>;

fn keep(lane: u32, row: u32, sums: vec4f, squares: f32) {
  parts[lane * ROWS + row] = sums;
  if (NORM) { part_squares[lane * ROWS + row] = squares; }
}

fn gather_sums(lane: u32) {
  for (var half = LANES / 2u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (lane < half) {
      for (var row = 0u; row < ROWS; row++) {
        parts[lane * ROWS + row] += parts[(lane + half) * ROWS + row];
        if (NORM) { part_squares[lane * ROWS + row] += part_squares[(lane + half) * ROWS + row]; }
      }
    }
  }
  workgroupBarrier();
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32) { products(tile, lane); }
