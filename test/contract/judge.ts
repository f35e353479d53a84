import { Ajv2020 } from '../../packages/api/node_modules/ajv/dist/2020.js'
import addFormats from '../../packages/api/node_modules/ajv-formats/dist/index.js'
import { contractOf } from '../../packages/api/test/contract.js'
import { canary, foreign } from './product.js'
import type { Sent } from './requests.js'

type Json = Readonly<Record<string, unknown>>

/** Says what is wrong with an answer; nothing, if it keeps the contract. */
export type Judge = (sent: Sent, response: Response, theirs: readonly string[]) => Promise<string[]>

const asRecord = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})

/**
 * Judges answers by the document: no fault of the server, a status and a body that it lists, no request taken that it excludes;
 * and nothing of another organisation, no secret and no token where none belongs.
 */
export function judgeBy(document: Json): Judge {
  const check = contractOf(document)
  const isTaken = bodyCheck(document)
  return async (sent, response, theirs) => {
    const text = await response.clone().text()
    const faults: string[] = []
    const isOutageOfHost = response.status === 503 && sent.path.includes('road')
    if (response.status >= 500 && !isOutageOfHost) faults.push(`status ${response.status}`)
    if (sent.method !== 'OPTIONS' && sent.method !== 'HEAD' && response.status !== 405) {
      faults.push(...check(sent.method, new URL(sent.path, 'http://x').pathname, response, text))
    }
    if (response.ok && !isTaken(sent)) faults.push('took a body that the document excludes')
    const all = `${text}\n${[...response.headers].join('\n')}`
    if (all.includes(canary)) faults.push('shows a secret or an error of the host')
    if (theirs.some((id) => text.includes(id) && !`${sent.path} ${sent.body}`.includes(id)) || text.includes(foreign)) {
      faults.push('shows something of another organisation')
    }
    const mayShowToken = response.ok && sent.method === 'POST' && /api-keys$|rotate$|reveal$/.test(sent.template)
    if (!mayShowToken && /tk_(?:live|test)_[0-9A-Za-z]{12}_?[0-9A-Za-z]{20,}/.test(all)) faults.push('shows a token')
    const mayShowSecret = response.ok && sent.method === 'POST' && /webhooks$|rotate-secret$/.test(sent.template)
    if (!mayShowSecret && all.includes('whsec_')) faults.push('shows the secret of a webhook')
    const isKept = ['GET', 'HEAD'].includes(sent.method) && [200, 304].includes(response.status)
    const may = isKept && !sent.template.endsWith('/export') ? 'private, no-cache' : 'no-store'
    if (response.headers.get('cache-control') !== may) faults.push('may be kept by a cache')
    if (!response.headers.has('x-request-id')) faults.push('has no id')
    return faults
  }
}

/** Whether the document allows the body of a request. */
function bodyCheck(document: Json): (sent: Sent) => boolean {
  const ajv = new Ajv2020({ strict: false })
  addFormats.default(ajv)
  ajv.addSchema({ ...document, $id: 'requests' })
  return ({ method, template, body }) => {
    const operation = asRecord(asRecord(asRecord(document.paths)[template])[method.toLowerCase()])
    const { requestBody } = operation
    if (requestBody === undefined || body === undefined) return true
    if (body === '') return asRecord(requestBody).required !== true
    const at = ['paths', template, method.toLowerCase(), 'requestBody', 'content', 'application/json', 'schema']
    const pointer = at.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')
    const validate = ajv.getSchema(`requests#/${pointer}`)
    if (validate === undefined) throw new Error(`There is no schema at ${pointer}`)
    return validate(JSON.parse(body)) === true
  }
}
