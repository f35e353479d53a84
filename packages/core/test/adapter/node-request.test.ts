import { once } from 'node:events'
import { createServer, IncomingMessage } from 'node:http'
import { type AddressInfo, Socket } from 'node:net'
import { rawRequest } from '@keywright/testkit'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { messageLines, type NodeMessage, nodeRequest } from '../../src/adapter/node-request.js'
import { readCredential } from '../../src/credential/read-credential.js'

const K = 'tk_live_a1B2c3D4e5F6_Kq3vT8nB1xZr5WdY7pLc9MhJ2sFgA4eU3TDB0r'
const K2 = 'tk_live_9xY8wV7uT6sR_000000000000000000000000000000001gco3G'
const format = { namespaces: ['tk_live'] }
const read = (req: NodeMessage) => readCredential(nodeRequest(req, '/'), format)

/** A request as stand-ins for a server make it: a real one, whose `headers` were written into it. */
function standIn(headers: object): IncomingMessage {
  return Object.assign(new IncomingMessage(new Socket()), { headers, url: '/', method: 'GET' })
}

describe('nodeRequest', () => {
  it('reads the lines as they came, wherever they were kept', () => {
    const rawHeaders = ['Host', 'a', 'X-API-Key', K, 'x-api-key', K2]
    expect(nodeRequest({ rawHeaders, headers: { 'x-other': 'never read' } }, '/').fields).toEqual([
      ['Host', 'a'],
      ['X-API-Key', K],
      ['x-api-key', K2],
    ])
    const headersDistinct = { 'x-api-key': [K, K2] }
    const headers = { host: 'a', 'X-API-Key': `${K}, ${K2}`, authorization: 'Basic x', 'set-cookie': ['a=1', 'b=2'] }
    expect(nodeRequest({ rawHeaders: [], headersDistinct, headers }, '/').fields).toEqual([
      ['x-api-key', K],
      ['x-api-key', K2],
      ['host', 'a'],
      ['authorization', 'Basic x'],
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ])
  })

  it.each<[string, NodeMessage]>([
    ['nothing', {}],
    ['a socket that is gone', { socket: null, rawHeaders: [] }],
    ['a header without a value', { headers: { authorization: undefined } }],
  ])('takes a request with %s for one without a key, a connection and an address', (_, req) => {
    expect(nodeRequest(req, '/x')).toEqual({ fields: [], url: '/x', remoteAddress: undefined, encrypted: false })
  })

  it('takes the address and the encryption from the socket', () => {
    const socket = { remoteAddress: '203.0.113.9', encrypted: true }
    expect(nodeRequest({ socket }, '/')).toMatchObject({ remoteAddress: '203.0.113.9', encrypted: true })
    expect(nodeRequest({ socket: { ...socket, encrypted: 'yes' } as object }, '/')).toMatchObject({ encrypted: false })
  })

  it.each<[string, object, string]>([
    ['a key', { authorization: `Bearer ${K}` }, 'candidate'],
    ['a key, under any spelling', { AUTHORIZATION: `Bearer ${K}` }, 'candidate'],
    ['a key in X-API-Key', { 'x-api-key': K }, 'candidate'],
    ['two joined keys', { authorization: `Bearer ${K}, Bearer ${K2}` }, 'not_b64token'],
    ['two equal keys', { authorization: `Bearer ${K},Bearer ${K}` }, 'not_b64token'],
    ['two keys behind a semicolon', { authorization: `Bearer ${K}; Bearer ${K2}` }, 'not_b64token'],
    ['a key behind another login', { authorization: `Basic dXNlcjpwYXNz, Bearer ${K}` }, 'repeated_authorization'],
    ['the same, behind a semicolon', { authorization: `Basic dXNlcjpwYXNz; Bearer ${K}` }, 'repeated_authorization'],
    ['a list of two', { authorization: [`Bearer ${K}`, `Bearer ${K2}`] }, 'repeated_authorization'],
    ['two spellings', { Authorization: `Bearer ${K}`, authorization: 'Basic x' }, 'repeated_authorization'],
    ['two joined keys in X-API-Key', { 'x-api-key': `${K}, ${K2}` }, 'repeated_x_api_key'],
    ['two keys in a list in X-API-Key', { 'x-api-key': [K, K] }, 'repeated_x_api_key'],
    ['a key in each', { authorization: `Bearer ${K}`, 'x-api-key': K2 }, 'multiple_methods'],
  ])('reads the headers of a stand-in with %s: %s', (_, headers, expected) => {
    const reading = read(standIn(headers))
    expect('reason' in reading ? reading.reason : reading.verdict).toBe(expected)
    expect(read({ rawHeaders: [], headers: { ...headers } })).toEqual(reading)
  })

  it('finds no key in a joined value, and one key only where one was sent', () => {
    const one = fc.constantFrom(
      `Bearer ${K}`,
      `Bearer ${K2}`,
      `bearer ${K}`,
      'Basic dXNlcjpwYXNz',
      'Bearer eyJ.a.b',
      '',
    )
    const lines = fc.array(one, { minLength: 2, maxLength: 3 })
    fc.assert(
      fc.property(lines, fc.constantFrom(', ', ',', '; ', ' ,\t'), (values, separator) => {
        const joined = read(standIn({ authorization: values.join(separator) }))
        expect(joined.verdict).not.toBe('candidate')
        expect(read(standIn({ authorization: values })).verdict).toBe('invalid_request')
        // Nothing passes for a request without a key if a key of ours was among them.
        if (values.some((value) => /bearer tk/i.test(value))) expect(joined.verdict).not.toBe('none')
      }),
    )
  })
})

describe('messageLines', () => {
  it('gives the same lines by each list that Node keeps of one request', async () => {
    const lists: unknown[] = []
    const server = createServer((req, res) => {
      const { rawHeaders, headersDistinct } = req
      lists.push(messageLines({ rawHeaders }), messageLines({ headersDistinct }))
      res.end()
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo // it listens on a port, not on a pipe
    const fields = ['Bearer x', 'Bearer y'].map((value) => ['authorization', value] as const)
    await rawRequest(port, { target: '/', fields: [...fields, ['x-api-key', 'z'], ['x-api-key', '']] })
    expect(lists[0]).toEqual(expect.arrayContaining([...fields, ['x-api-key', 'z'], ['x-api-key', '']]))
    const lower = (list: unknown) => JSON.stringify(list).toLowerCase()
    expect(lower(lists[1])).toBe(lower(lists[0]))
  })
})
