enable subgroups;
// The sum of one number from each of LANES lanes of a workgroup, for all of them: within subgroups by the card's own addition, then over subgroups in order.
var<workgroup> sums: array<f32, LANES>; // a subgroup's sum stands in the place of each of its lanes
fn sum_of(lane: u32, own: f32) -> f32 {
  let size = subgroupAdd(1u);
  sums[lane] = subgroupAdd(own);
  workgroupBarrier();
  var all = 0.0;
  for (var i = 0u; i < LANES; i += size) { all += sums[i]; }
  return all;
}
