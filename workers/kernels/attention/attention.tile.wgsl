// For graphics cards: a workgroup takes 16 rows of a head, four lanes a row, each with a quarter of the head's components in registers;
// BLOCK rows of the other side at a time pass through workgroup memory. Sums go along the rows of the other side in order, whatever the blocks.
const TILE = 16u;
const LANES = 4u * TILE;
const WIDTH = 4u * PART; // PART components of a lane; what lies beyond HEAD_DIM is zero
var<workgroup> near: array<f32, BLOCK * WIDTH>; // keys, or queries
var<workgroup> far: array<f32, BLOCK * WIDTH>; // values, or gradients of outputs
var<workgroup> quarters: array<f32, LANES * BLOCK>; // [row, other, quarter] of products
var<workgroup> weights: array<f32, TILE * BLOCK>;
var<workgroup> wanted: u32;

/// Σ of a product's four quarters, in order.
fn product_of(row: u32, other: u32) -> f32 {
  let at = (row * BLOCK + other) * 4u;
  return quarters[at] + quarters[at + 1u] + quarters[at + 2u] + quarters[at + 3u];
}
