enable subgroups;
// Sums over a workgroup's lanes: within each subgroup by the card's own addition, then over the subgroups in shared memory, in order.
var<private> size: u32; // lanes of a subgroup
var<private> invocation: u32; // this lane's place in its subgroup
var<workgroup> parts: array<vec4f, LANES / 4u * ROWS>; // [subgroups, ROWS]: a subgroup has four lanes at least; afterwards the sums are the first ROWS
var<workgroup> part_squares: array<f32, LANES / 4u * ROWS>;

fn keep(lane: u32, row: u32, sums: vec4f, squares: f32) {
  let all = subgroupAdd(sums);
  var allSquares = 0.0;
  if (NORM) { allSquares = subgroupAdd(squares); }
  if (invocation == 0u) {
    parts[lane / size * ROWS + row] = all;
    part_squares[lane / size * ROWS + row] = allSquares;
  }
}

fn gather_sums(lane: u32) {
  workgroupBarrier();
  if (lane < ROWS) {
    for (var group = 1u; group < LANES / size; group++) {
      parts[lane] += parts[group * ROWS + lane];
      part_squares[lane] += part_squares[group * ROWS + lane];
    }
  }
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32, @builtin(subgroup_size) lanes: u32, @builtin(subgroup_invocation_id) own: u32,
) {
  size = lanes;
  invocation = own;
  products(tile, lane);
}
