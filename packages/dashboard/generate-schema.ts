import { managementApi } from '@keywright/api'
import { createKeyring, defineAccess, hmacSha256, memoryStore } from '@keywright/core'
import openapiTS, { astToString } from 'openapi-typescript'

type Json = Readonly<Record<string, unknown>>

/** The TypeScript types of the management API, for a page that serves any keyring. */
export async function generateSchema(): Promise<string> {
  const keyring = createKeyring({
    prefix: 'any',
    access: defineAccess({ scopes: { any: 'Any' } }),
    store: memoryStore(),
    hasher: hmacSha256({ current: 'p1', peppers: { p1: new Uint8Array(32).fill(1) } }),
    resolveOwner: 'uncapped',
  })
  const { document } = managementApi(keyring, { authenticate: () => null, organization: () => null, basePath: '/api' })
  const text = astToString(await openapiTS(JSON.stringify(withoutNames(document))))
  return `// Generated from the OpenAPI document of @keywright/api by \`pnpm generate\`.\n${text.replaceAll('"/api', '"')}`
}

/** A document has the names of its keyring where a creation takes them. The page learns names from the catalog instead. */
function withoutNames(document: Json): Json {
  const { CreateKey, UpdateKey, ...schemas } = (document.components as Json).schemas as Readonly<Record<string, Json>> // of OpenAPI
  const environment = { type: 'string' }
  const properties = { ...(CreateKey?.properties as Json), ...(UpdateKey?.properties as Json), environment } // of a JSON Schema
  const paths = JSON.parse(JSON.stringify(document.paths), (_, value) =>
    value?.in === 'query' && value.name === 'scope' ? { ...value, schema: { type: 'string' } } : value,
  )
  return {
    ...document,
    paths,
    components: {
      ...(document.components as Json),
      schemas: { ...schemas, UpdateKey, CreateKey: { ...CreateKey, properties } },
    },
  }
}
