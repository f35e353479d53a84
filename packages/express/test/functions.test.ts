import serverless from 'serverless-http'
import { describe, expect, it } from 'vitest'
import { requireKey } from '../src/index.js'
import { K, keyId, openKeyring, versions } from './task-board.js'

const K2 = 'tk_live_9xY8wV7uT6sR_000000000000000000000000000000001gco3G'

/** An event of API Gateway's payload 2.0: repeated header lines are joined with commas. */
function event(headers: Readonly<Record<string, string>>) {
  const sent = { host: 'api.example', 'x-forwarded-for': '198.51.100.1, 203.0.113.9', 'x-forwarded-proto': 'https' }
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/members',
    rawQueryString: '',
    headers: { ...sent, ...headers },
    requestContext: {
      accountId: '123456789012',
      apiId: 'r3pmxmplak',
      domainName: 'api.example',
      http: { method: 'GET', path: '/members', protocol: 'HTTP/1.1', sourceIp: '203.0.113.9', userAgent: 'curl/8' },
      requestId: 'JKJaXmPLvHcESHA=',
      stage: '$default',
    },
    isBase64Encoded: false,
    body: '',
  }
}

// Bun's sockets do not take what serverless-http makes of a request.
describe.skipIf('Bun' in globalThis).each(versions)(
  'requireKey in a function, by serverless-http, on %s',
  (_, express) => {
    async function openFunction() {
      const { keyring } = await openKeyring()
      await keyring.update(keyId, { ipAllowList: ['203.0.113.9'] })
      const app = express()
      app.get('/members', requireKey(keyring, { scopes: ['members.read'], requireHttps: true }), (req, res) => {
        res.send(req.principal.key.id)
      })
      const handler = serverless(app)
      return async (headers: Readonly<Record<string, string>>) => {
        // Typed for all providers; for an event of AWS it is an answer of AWS.
        const answer = (await handler(event(headers), {})) as { statusCode: number; body: string }
        return [answer.statusCode, answer.statusCode === 200 ? answer.body : JSON.parse(answer.body).code]
      }
    }

    it.each<[string, Readonly<Record<string, string>>, unknown[]]>([
      ['a key', { authorization: `Bearer ${K}` }, [200, keyId]],
      ['a key in X-API-Key', { 'x-api-key': K }, [200, keyId]],
      ['no key', {}, [401, 'api_key_missing']],
      ['an unknown key', { authorization: `Bearer ${K2}` }, [401, 'api_key_invalid']],
      ['two joined lines', { authorization: `Bearer ${K},Bearer ${K2}` }, [400, 'api_key_malformed']],
      ['two joined lines, the same', { authorization: `Bearer ${K}, Bearer ${K}` }, [400, 'api_key_malformed']],
      ['a key behind another login', { authorization: `Basic dXNlcjpwYXNz,Bearer ${K}` }, [400, 'api_key_malformed']],
      ['two joined lines of X-API-Key', { 'x-api-key': `${K},${K2}` }, [400, 'api_key_malformed']],
    ])('answers a request with %s', async (_, headers, expected) => {
      const ask = await openFunction()
      expect(await ask(headers)).toEqual(expected)
    })
  },
)
