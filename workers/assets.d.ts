// Asset imports that Vite resolves, declared here because vite/client would bring the DOM's types into workers.
declare module '*.wgsl?raw' {
  const source: string
  export default source
}
declare module '*?url' {
  const address: string
  export default address
}
