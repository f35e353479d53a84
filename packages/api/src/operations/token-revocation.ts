import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Access, Keyring } from '@keywright/core'
import { tokenRevocation } from '@keywright/core/leaks'
import type { ManagementApiOptions } from '../host/options.js'
import type { ExchangeEnv } from '../http/exchange.js'
import { refuseOtherMethods } from '../http/other-methods.js'
import { loadClientIp } from '../request/audit-context.js'

const path = '/revoke'

const Form = z
  .object({
    token: z.string().openapi({ description: 'The token of the key to revoke.' }),
    token_type_hint: z.string().optional().openapi({ description: 'Ignored, as RFC 7009 allows.' }),
  })
  .openapi('RevokeToken', { description: 'A token, from whoever holds it.' })

/**
 * Serves the endpoint of RFC 7009, which is no operation of a caller: the token in the form is the only credential, so `authenticate`
 * is not asked, and the answers have the form of that RFC.
 */
export function serveTokenRevocation<A extends Access>(
  app: OpenAPIHono<ExchangeEnv>,
  keyring: Keyring<A>,
  options: Pick<ManagementApiOptions, 'clientIp'>,
  { hostTimeoutMs, report }: { readonly hostTimeoutMs: number; readonly report: (error: unknown) => void },
): void {
  const revocation = tokenRevocation(keyring, { onError: report })
  app.post(path, async ({ req: { raw } }) => {
    const ip = await loadClientIp(raw, options, hostTimeoutMs)
    return revocation(raw, ip === null ? {} : { remoteAddress: ip })
  })
  refuseOtherMethods(app, [path], ['POST'])
  const described = (description: string) => ({ description })
  app.openAPIRegistry.registerPath({
    operationId: 'revokeToken',
    tags: ['keys'],
    method: 'post',
    path,
    summary: 'Revoke the key of a token, for anybody who holds it (RFC 7009)',
    description:
      'Needs no login: the token is the proof. The answer is 200 whether or not there is such a key. Of a key that was rotated, the previous token ends alone.',
    security: [],
    request: { body: { required: true, content: { 'application/x-www-form-urlencoded': { schema: Form } } } },
    responses: {
      200: described('The token does not work, or does not work any more.'),
      400: described('There is not exactly one `token`, or the body is no form.'),
      429: described('The network of the client has sent too many wrong tokens.'),
      503: described('The keys cannot be reached.'),
    },
  })
}
