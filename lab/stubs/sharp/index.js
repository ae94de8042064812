// Empty on purpose: see package.json.
export default {}
