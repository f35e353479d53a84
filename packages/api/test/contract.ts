import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

type Json = Readonly<Record<string, unknown>>

/** Lists where a response differs from the API's own document. An empty list means that it is as documented. */
export type Contract = (method: string, pathname: string, response: Response, body: string) => string[]

const asRecord = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})

/**
 * Makes a contract from the document: the status and the content type must be listed, and the body must match its schema, with no
 * field that the schema does not have.
 */
export function contractOf(document: Json): Contract {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema({ ...(closed(document) as Json), $id: 'api' })
  const paths = asRecord(document.paths)
  const templates = Object.keys(paths).sort((a, b) => a.split('{').length - b.split('{').length)

  return (method, pathname, response, body) => {
    const template = templates.find((path) => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}/?$`).test(pathname))
    const operation = asRecord(asRecord(paths[template ?? ''])[method.toLowerCase()])
    const listed = asRecord(operation.responses)[response.status]
    const [, shared] = /^#\/components\/responses\/(\w+)$/.exec(String(asRecord(listed).$ref)) ?? []
    const promised = shared === undefined ? listed : asRecord(asRecord(document.components).responses)[shared]
    if (promised === undefined) return [`${method} ${template}: ${response.status} is not in the document`]
    const headers = asRecord(asRecord(document.components).headers)
    const missing = Object.entries(asRecord(asRecord(promised).headers)).filter(([name, header]) => {
      const [, component = ''] = /^#\/components\/headers\/(\w+)$/.exec(String(asRecord(header).$ref)) ?? []
      const shown = asRecord(headers[component] ?? header)
      return shown.required === true && !response.headers.has(name)
    })
    if (missing.length > 0) return missing.map(([name]) => `${method} ${template}: ${response.status} without ${name}`)
    const content = asRecord(asRecord(promised).content)
    const type = response.headers.get('content-type')?.split(';')[0] ?? ''
    if (Object.keys(content).length === 0) return body === '' ? [] : [`${method} ${template}: a body with no schema`]
    if (content[type] === undefined) return [`${method} ${template}: ${type} is not in the document`]
    if (!/[/+]json$/.test(type)) return []
    const listedAt = ['paths', template ?? '', method.toLowerCase(), 'responses', response.status]
    const at = [...(shared === undefined ? listedAt : ['components', 'responses', shared]), 'content', type, 'schema']
    const pointer = at.map((part) => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1')))
    const validate = ajv.getSchema(`api#/${pointer.join('/')}`)
    if (validate === undefined) return [`${method} ${template}: no schema`]
    if (validate(JSON.parse(body))) return []
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${method} ${template}: ${instancePath} ${message} ${JSON.stringify(params)}`,
    )
  }
}

/** The schema with `additionalProperties: false` on each object, so that undocumented fields are found. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const copy = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]))
  const isOpen = 'properties' in copy && copy.type === 'object' && !('additionalProperties' in copy)
  return isOpen ? { ...copy, additionalProperties: false } : copy
}
