// In this process, the official SDKs and zod are those that a folder beside this file names: `lowest` or `zod3`.
import { register } from 'node:module'

const isPeer = /^(@modelcontextprotocol\/|zod($|\/))/.source
const folder =
  process.env.MCP_PEERS === undefined ? null : new URL(`${process.env.MCP_PEERS}/package.json`, import.meta.url).href

/** What a package imports, it gets as before: only the tests' own imports are led elsewhere. */
const hooks = `
  export async function resolve(specifier, context, next) {
    const isOurs = /${isPeer}/.test(specifier) && context.parentURL?.includes('/node_modules/') === false
    return next(specifier, isOurs ? { ...context, parentURL: ${JSON.stringify(folder)} } : context)
  }`
if (folder !== null) register(`data:text/javascript,${encodeURIComponent(hooks)}`)
