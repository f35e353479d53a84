import { Hono } from 'hono'
import { getConnInfo, handle } from 'hono/aws-lambda'
import { describe, expect, it } from 'vitest'
import { openKeyring } from '../../testkit/test/task-keyring.js'
import { requireKey } from '../src/index.js'

const sent = {
  host: 'api.example',
  'x-forwarded-for': '198.51.100.1, 203.0.113.9',
  'x-forwarded-port': '443',
  'x-forwarded-proto': 'https',
}
const identity = { sourceIp: '203.0.113.9', userAgent: 'curl/8' }

/** The events of AWS, each with all lines of `Authorization`, as they are handed to a function. */
const events: Readonly<Record<string, (lines: readonly string[]) => object>> = {
  // HTTP APIs and function URLs join lines with commas.
  'API Gateway, payload 2.0': (lines) => ({
    version: '2.0',
    rawPath: '/members',
    rawQueryString: '',
    headers: { ...sent, ...(lines.length === 0 ? {} : { authorization: lines.join(',') }) },
    requestContext: { domainName: 'api.example', http: { method: 'GET', path: '/members', ...identity } },
  }),
  // REST APIs: `headers` has the last line alone.
  'API Gateway, payload 1.0': (lines) => ({
    path: '/members',
    httpMethod: 'GET',
    headers: { ...sent, ...(lines.length === 0 ? {} : { Authorization: lines.at(-1) }) },
    multiValueHeaders: Object.fromEntries([
      ...Object.entries(sent).map(([name, value]) => [name, [value]] as const),
      ['Authorization', lines] as const,
    ]),
    requestContext: { domainName: 'api.example', identity },
  }),
  // Hono joins its lines with semicolons.
  'a load balancer with multi-value headers': (lines) => ({
    path: '/members',
    httpMethod: 'GET',
    multiValueHeaders: {
      ...Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, [value]])),
      ...(lines.length === 0 ? {} : { authorization: lines }),
    },
    requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-north-1:1:targetgroup/t/1' } },
  }),
}

// There are no such functions on Deno.
describe.skipIf('Deno' in globalThis).each(Object.entries(events))(
  'requireKey in a function on an event of %s',
  (_, event) => {
    async function openFunction() {
      const { keyring, token, id } = await openKeyring()
      await keyring.update(id, { ipAllowList: ['203.0.113.9'] })
      const app = new Hono()
      const guard = requireKey(keyring, { scopes: ['members.read'], requireHttps: true, connInfo: getConnInfo })
      app.get('/members', guard, (c) => c.text(c.get('principal').key.id))
      const handler = handle(app)
      const ask = async (...lines: string[]) => {
        const { statusCode, body } = await handler(event(lines) as never) // typed for more fields than these
        return [statusCode, statusCode === 200 ? body : JSON.parse(body).code]
      }
      return { ask, token, id }
    }

    it('finds the key and the address of the client, and refuses two keys, however they were joined (HTTP-3)', async () => {
      const { ask, token, id } = await openFunction()
      const key = `Bearer ${token}`
      expect(await ask(key)).toEqual([200, id])
      expect(await ask()).toEqual([401, 'api_key_missing'])
      expect(await ask('Basic dXNlcjpwYXNz')).toEqual([401, 'api_key_missing'])
      for (const lines of [
        [key, key],
        [key, 'Bearer x'],
        ['Basic dXNlcjpwYXNz', key],
        [key, 'Basic dXNlcjpwYXNz'],
      ]) {
        expect(await ask(...lines)).toEqual([400, 'api_key_malformed'])
      }
    })
  },
)
