// For graphics cards, right operand packed: as in matmul.shared.wgsl, but each word of it is unpacked once, four elements at a time.
// What lies beyond an edge of the left operand is loaded as zero, which adds nothing: packed weights are finite, and so is what pads their rows.
const SPAN = 4u * SIDE;
const LANES = SIDE * SIDE;
const DEPTH = 16u;
var<workgroup> tile_a: array<array<vec4f, SIDE>, DEPTH>; // [k][row / 4]
var<workgroup> tile_b: array<array<vec4f, SIDE>, DEPTH>; // [k][column / 4]

fn fetch_a(row: u32, k: u32, end: u32) -> f32 {
  if (row >= s.m || k >= end) { return 0f; }
  return a1(s.a_offset + row * s.a_row + k * s.a_k);
}

@compute @workgroup_size(SIDE, SIDE)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) lane: vec3u, @builtin(local_invocation_index) index: u32) {
  let top = tile.y * SPAN;
  let left = tile.x * SPAN;
  let end = min(s.k, (tile.z + 1u) * s.chunk);
  var c = mat4x4f();
  for (var k0 = tile.z * s.chunk; k0 < end; k0 += DEPTH) {
    // neighbours load what lies side by side in memory: k when the operand lies along k, else rows (columns)
    for (var i = index; i < DEPTH * SPAN; i += LANES) {
      let ka = select(i / SPAN, i % DEPTH, A_ALONG);
      let ra = select(i % SPAN, i / DEPTH, A_ALONG);
      tile_a[ka][ra >> 2u][ra & 3u] = fetch_a(top + ra, k0 + ka, end);
    }
    for (var i = index; i < DEPTH * SIDE; i += LANES) {
      if (B_ALONG) {
        let k = (i & 3u) << 2u;
        let col = i >> 2u;
        let w = b4(s.b_offset + min(left + col, s.n - 1u) * s.b_col + k0 + k);
        tile_b[k][col >> 2u][col & 3u] = w.x;
        tile_b[k + 1u][col >> 2u][col & 3u] = w.y;
        tile_b[k + 2u][col >> 2u][col & 3u] = w.z;
        tile_b[k + 3u][col >> 2u][col & 3u] = w.w;
      } else {
        tile_b[i / SIDE][i % SIDE] = b4(s.b_offset + left + ((i % SIDE) << 2u) + min(k0 + i / SIDE, end - 1u) * s.b_k);
      }
    }
    workgroupBarrier();
    for (var k = 0u; k < DEPTH; k += 4u) {
      c = product(
        c,
        mat4x4f(tile_a[k][lane.y], tile_a[k + 1u][lane.y], tile_a[k + 2u][lane.y], tile_a[k + 3u][lane.y]),
        mat4x4f(tile_b[k][lane.x], tile_b[k + 1u][lane.x], tile_b[k + 2u][lane.x], tile_b[k + 3u][lane.x]),
      );
    }
    workgroupBarrier();
  }
  put(top + lane.y * 4u, left + lane.x * 4u, tile.z, c);
}
