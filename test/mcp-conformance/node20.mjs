// The conformance suite imports `globSync` from `node:fs`, which Node 20 lacks. No command that runs here uses it.
import fs from 'node:fs'
import { register } from 'node:module'

const lacking = `
  import fs from 'node:fs'
  export * from 'node:fs'
  export const globSync = () => { throw new Error('fs.globSync needs Node 22') }
  export default fs`
const hooks = `
  const instead = ${JSON.stringify(`data:text/javascript,${encodeURIComponent(lacking)}`)}
  export async function resolve(specifier, context, next) {
    const isSuite = context.parentURL?.includes('@modelcontextprotocol/conformance') === true
    return isSuite && /^(node:)?fs$/.test(specifier) ? { url: instead, shortCircuit: true } : next(specifier, context)
  }`
if (!('globSync' in fs)) register(`data:text/javascript,${encodeURIComponent(hooks)}`)
