import { Validator } from '@seriousme/openapi-schema-validator'
import openapiTS, { astToString } from 'openapi-typescript'
import ts from 'typescript'
import { beforeAll, describe, expect, it } from 'vitest'
import { testsEverything } from '../../../test/support/everything.js'
import { open } from './setup.js'

const { api, send } = open()
const operations = Object.entries(api.document.paths as Record<string, Record<string, Operation>>).flatMap(
  ([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly responses: Record<string, unknown>
  readonly description: string
  readonly tags: readonly string[]
  readonly requestBody?: { readonly required?: boolean }
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly description: string }[]
}

describe('the OpenAPI document (HTTP-18)', () => {
  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(api.document))
    expect(errors ?? []).toEqual([])
    expect(valid).toBe(true)
    expect(api.document).toMatchObject({ openapi: '3.1.0' })
  })

  it('is served without a session', async () => {
    const { status, body } = await send('GET /openapi.json', { as: null })
    expect(status).toBe(200)
    expect(body).toEqual(api.document)
  })

  it('sums each operation up in at most 80 characters, which is what lists of operations show', () => {
    const long = operations.filter(({ operation }) => operation.summary.length > 80)
    expect(long.map(({ operation }) => operation.operationId)).toEqual([])
  })

  it('lists both ways to send a key, every operation, and which take an Idempotency-Key', () => {
    expect(api.document).toMatchObject({
      components: {
        securitySchemes: {
          bearerApiKey: { type: 'http', scheme: 'bearer' },
          xApiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        },
      },
    })
    const ids = operations.map(({ operation }) => operation.operationId).sort()
    const isOfWebhooks = (id: string): boolean => /Webhook/.test(id)
    expect(ids.filter((id) => !isOfWebhooks(id))).toEqual([
      ...['bulkDisableKeys', 'bulkEnableKeys', 'bulkRevokeKeys'],
      ...[
        'createKey',
        'deleteKey',
        'disableKey',
        'enableKey',
        'endRotationSchedule',
        'exportAudit',
        'getBudgets',
        'getCatalog',
        'getKey',
        'getKeyBudget',
        'getRotationSchedule',
        'getSelf',
        'getStats',
      ],
      ...[
        'getUsage',
        'getUsageOfKeys',
        'grantCredits',
        'listAudit',
        'listKeys',
        'listPeople',
        'listResources',
        'listTopKeys',
        'revealKey',
        'revokeAllKeys',
        'revokeKey',
        'rotateKey',
        'setRotationSchedule',
        'transferKey',
        'updateKey',
        'verifyAudit',
      ],
    ])
    expect(ids.filter(isOfWebhooks)).toEqual([
      ...['createWebhook', 'deleteWebhook', 'getWebhook', 'getWebhookDelivery', 'getWebhooksStatus'],
      ...['listWebhookDeliveries', 'listWebhookEvents', 'listWebhooks', 'pauseWebhook', 'replayWebhook'],
      ...['resumeWebhook', 'rotateWebhookSecret', 'testWebhook', 'updateWebhook'],
    ])
    const once = operations.filter(({ operation }) =>
      operation.parameters?.some(({ name }) => name === 'Idempotency-Key'),
    )
    expect(once.map(({ operation }) => operation.operationId).sort()).toEqual([
      'createKey',
      'grantCredits',
      'rotateKey',
    ])
  })

  it('has each problem response once, with its codes and their members, and of each operation those that it can have', () => {
    const statusesOf = (id: string) =>
      Object.keys(operations.find(({ operation }) => operation.operationId === id)?.operation.responses ?? {})
    expect(statusesOf('getStats')).toEqual(['200', '304', '400', '401', '403', '429', '503'])
    expect(statusesOf('exportAudit')).toEqual(['200', '400', '401', '403', '404', '406', '429', '503'])
    expect(statusesOf('rotateKey')).toEqual([
      ...['200', '400', '401', '403', '404', '409', '412', '413', '415', '422', '429', '503'],
    ])
    expect(statusesOf('revealKey')).toEqual(expect.arrayContaining(['409', '410', '429']))
    expect(statusesOf('updateKey')).toContain('428')
    for (const { operation } of operations) {
      for (const [status, response] of Object.entries(operation.responses)) {
        if (Number(status) >= 400) expect(response, operation.operationId).toEqual({ $ref: expect.any(String) })
      }
    }
    const { schemas, responses } = api.document.components as Record<string, Record<string, object>>
    expect(schemas?.ConflictProblem).toMatchObject({
      properties: {
        code: { enum: expect.arrayContaining(['invalid_state', 'plan_limit_reached']) },
        limit: {},
        used: {},
      },
    })
    expect(responses?.NotAuthenticated).toMatchObject({ headers: { 'WWW-Authenticate': {} } })
    expect(responses?.Unavailable).toMatchObject({ headers: { 'Retry-After': {} } })
    expect(responses?.NotModified).toMatchObject({ headers: { ETag: {} } })
    for (const response of Object.values(responses ?? {})) {
      expect(response).toMatchObject({ headers: { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } } })
    }
  })

  it('has the names and bounds that a creation takes, and asks for a body only where there must be one', () => {
    const { schemas } = api.document.components as Record<string, Record<string, object>>
    expect(schemas?.CreateKey).toMatchObject({
      required: ['name'],
      properties: {
        environment: { enum: ['live', 'test'] },
        preset: { enum: ['people', null] },
        roles: { items: { enum: ['planner'] }, maxItems: 50 },
        resources: { properties: { board: {} }, additionalProperties: false },
        name: { minLength: 1, maxLength: 100 },
        rate_limits: { minItems: 1, maxItems: 8 },
      },
    })
    expect(schemas?.RateLimit).toMatchObject({
      properties: { window_ms: { minimum: 1_000, maximum: 31_622_400_000, multipleOf: 1_000 } },
    })
    const bodies = operations.filter(({ operation }) => operation.requestBody !== undefined)
    const required = bodies.filter(({ operation }) => operation.requestBody?.required)
    expect(required.map(({ operation }) => operation.operationId).sort()).toEqual([
      ...['bulkDisableKeys', 'bulkEnableKeys', 'bulkRevokeKeys', 'createKey', 'createWebhook', 'grantCredits'],
      ...['replayWebhook', 'revokeAllKeys', 'setRotationSchedule', 'transferKey'],
    ])
    expect(bodies.map(({ operation }) => operation.operationId)).not.toContain('deleteKey')
  })

  it('describes each operation and parameter, and the headers of each key', () => {
    for (const { operation } of operations) {
      expect(operation.tags, operation.operationId).toHaveLength(1)
      expect(operation.description, operation.operationId).toMatch(/\.$/)
      for (const parameter of operation.parameters ?? []) {
        expect(parameter.description, `${operation.operationId} ${parameter.name}`).toMatch(/\.$/)
      }
    }
    const created = operations.find(({ operation }) => operation.operationId === 'createKey')?.operation.responses[
      '201'
    ]
    expect(created).toMatchObject({ headers: { ETag: {}, Location: {} } })
  })

  it('has the security schemes of the host, each as a way of its own', () => {
    const securitySchemes = { login: { type: 'apiKey', in: 'cookie', name: 'sid' } } as const
    const { document } = open({ api: { securitySchemes } }).api
    expect(document).toMatchObject({ security: [{ login: [] }] })
    expect((document.components as Record<string, object>).securitySchemes).toEqual(securitySchemes)
    expect(api.document.security).toEqual([{ session: [] }, { bearerApiKey: [] }, { xApiKey: [] }])
  })

  it.each<[string, object]>([
    ['securitySchemes', {}],
    ['securitySchemes', { 'a b': { type: 'http', scheme: 'bearer' } }],
    ['securitySchemes.login.type', { login: { type: 'cookie' } }],
    ['securitySchemes.login.name', { login: { type: 'apiKey', in: 'cookie' } }],
    ['securitySchemes.login.in', { login: { type: 'apiKey', in: 'body', name: 'sid' } }],
    ['securitySchemes.login.nmae', { login: { type: 'apiKey', in: 'cookie', nmae: 'sid' } }],
  ])('throws InvalidOptions that names %s for %j', (field, securitySchemes) => {
    const make = () => open({ api: { securitySchemes: securitySchemes as never } })
    expect(make).toThrow(expect.objectContaining({ code: 'invalid_options', field }))
  })

  it('has its paths below basePath', () => {
    const elsewhere = open({ api: { basePath: '/v1/keys' } })
    expect(Object.keys(elsewhere.api.document.paths as object)).toContain('/v1/keys/{id}/rotate')
    expect(operations.map(({ path }) => path)).toContain('/api/api-keys')
  })
})

describe.skipIf(!testsEverything)('a TypeScript client that is generated from the document', () => {
  let schema = ''
  beforeAll(async () => {
    schema = astToString(await openapiTS(JSON.stringify(api.document)))
  })

  /** What the compiler says of a client that holds `text`. */
  function compile(text: string): string[] {
    const [client, types] = [`${import.meta.dirname}/client.ts`, `${import.meta.dirname}/schema.ts`]
    const source = `import createClient from 'openapi-fetch'\nimport type { components, paths } from './schema.js'
      const client = createClient<paths>({ baseUrl: 'https://app.example' })\n${text}`
    const options: ts.CompilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    }
    const host = ts.createCompilerHost(options)
    const { getSourceFile, fileExists } = host
    const written = new Map([
      [client, source],
      [types, schema],
    ])
    host.fileExists = (name) => written.has(name) || fileExists(name)
    host.getSourceFile = (name, ...rest) => {
      const own = written.get(name)
      return own === undefined ? getSourceFile(name, ...rest) : ts.createSourceFile(name, own, ts.ScriptTarget.Latest)
    }
    const program = ts.createProgram([client], options, host)
    return ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
  }

  it('compiles for valid requests, and does not compile for requests that the API refuses', () => {
    const right = compile(`
      const { data, error } = await client.POST('/api/api-keys', {
        params: { header: { 'Idempotency-Key': 'x' } },
        body: { name: 'ci', scopes: ['members.read'], expires_at: null },
      })
      export const token: string | undefined = data?.token
      export const code: string | undefined = error?.code
      const page = await client.GET('/api/api-keys', { params: { query: { status: ['active'], limit: 10 } } })
      export const names: string[] | undefined = page.data?.data.map((key) => key.name)
      await client.POST('/api/api-keys/{id}/rotate', { params: { path: { id: 'x' } }, body: { grace_ms: 1 } })
      await client.POST('/api/api-keys/{id}/disable', { params: { path: { id: 'x' } } })
      export const owner: components['schemas']['Owner'] = { type: 'organization', id: 'acme' }
    `)
    expect(right).toEqual([])
    const wrong = compile(`
      await client.POST('/api/api-keys', { body: { name: 1 } })
      export const body: components['schemas']['CreateKey'] = { name: 'ci', userId: 'ada' }
      await client.GET('/api/api-keys', { params: { query: { status: ['deleted'] } } })
      const { data } = await client.GET('/api/api-keys/{id}', { params: { path: { id: 'x' } } })
      export const token = data?.token
    `)
    expect(wrong).toEqual([
      expect.stringContaining("'number' is not assignable to type 'string'"),
      expect.stringContaining("'userId' does not exist"),
      expect.stringContaining('"deleted"'),
      expect.stringContaining("'token' does not exist"),
    ])
  }, 60_000)
})
