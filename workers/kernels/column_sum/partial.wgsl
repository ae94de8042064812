// Column sums over a block of rows: partials[b, c] = sum over rows r of block b of source[r, c] (· x[r, c] · rowScale[r] when WEIGHTED)
// source, x: [rows, width]; rowScale: [rows]; partials: [blocks, width]; without WEIGHTED, x and rowScale are the source again.
@group(0) @binding(0) var<storage, read> source: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> rowScale: array<f32>;
@group(0) @binding(3) var<storage, read_write> partials: array<f32>;
struct Params { rows: u32, width: u32, block: u32, blocks: u32 }
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  let block = id.y;
  if (column >= params.width || block >= params.blocks) { return; }
  let end = min(params.rows, (block + 1u) * params.block);
  var sum = 0.0;
  for (var row = block * params.block; row < end; row++) {
    let at = row * params.width + column;
    var term = source[at];
    if (WEIGHTED) { term *= x[at] * rowScale[row]; } else if (params.rows == 0u) { term += x[at] + rowScale[row]; }
    sum += term;
  }
  partials[block * params.width + column] = sum;
}
