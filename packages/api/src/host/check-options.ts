import { type Access, InvalidOptions, type Keyring } from '@keywright/core'
import { checkNames, isRecord, type NamesOf, wholeNumber } from '@keywright/core/adapter'
import type { ManagementApiOptions, Permissions } from './options.js'
import type { WebhookManager } from './webhook-manager.js'

const optionNames: NamesOf<ManagementApiOptions> = {
  authenticate: true,
  organization: true,
  basePath: true,
  permissions: true,
  allowKeys: true,
  assertFresh: true,
  revealLimiter: true,
  rateLimits: true,
  rateLimiter: true,
  requireIfMatch: true,
  clientIp: true,
  hostTimeoutMs: true,
  onError: true,
  origins: true,
  resources: true,
  describe: true,
  people: true,
  securitySchemes: true,
  webhooks: true,
  tokenRevocation: true,
}

const permissionNames: NamesOf<Permissions> = {
  read: true,
  create: true,
  revoke: true,
  manageAll: true,
  reveal: true,
  auditRead: true,
  auditExport: true,
  webhooksRead: true,
  webhooksManage: true,
}

const webhookMethods: NamesOf<Omit<WebhookManager, 'eventTypes'>> = {
  create: true,
  get: true,
  list: true,
  update: true,
  pause: true,
  resume: true,
  rotateSecret: true,
  delete: true,
  test: true,
  deliveries: true,
  delivery: true,
  replay: true,
  status: true,
}

/**
 * Checks everything but the scopes in `permissions`, which are checked with the access model.
 *
 * @throws {@link InvalidOptions} that names the first option that is wrong, unknown, or a bound that got lost.
 */
export function checkOptions<A extends Access>(keyring: Keyring<A>, options: ManagementApiOptions<A>): void {
  if (typeof keyring?.create !== 'function')
    throw new InvalidOptions('keyring', 'the keyring that createKeyring returned')
  checkAllNames(keyring, options)
  const { authenticate, organization, basePath, origins = [], hostTimeoutMs = 1 } = options
  if (typeof authenticate !== 'function') {
    throw new InvalidOptions('authenticate', 'a function that takes the request and returns the caller or null')
  }
  if (typeof organization !== 'function') {
    throw new InvalidOptions('organization', 'a function that takes the request and returns an organization id or null')
  }
  if (basePath !== undefined && !/^(\/[A-Za-z0-9._~-]+)+$/.test(basePath)) {
    throw new InvalidOptions(
      'basePath',
      'a path that starts with a slash and does not end with one, such as /api/api-keys',
    )
  }
  for (const name of ['assertFresh', 'clientIp', 'onError', 'describe', 'people'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function') throw new InvalidOptions(name, 'a function')
  }
  for (const name of ['requireIfMatch', 'allowKeys', 'tokenRevocation'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'boolean') throw new InvalidOptions(name, 'a boolean')
  }
  for (const name of ['revealLimiter', 'rateLimiter'] as const) {
    if (options[name] !== undefined && typeof options[name]?.take !== 'function') {
      throw new InvalidOptions(name, 'a rate limiter, such as memoryRateLimiter()')
    }
  }
  // As browsers send it: an origin with a path, for example, would never equal an Origin header.
  if (!Array.isArray(origins) || !origins.every(isOrigin)) {
    throw new InvalidOptions('origins', 'an array of origins such as https://app.example.com, without path or wildcard')
  }
  if (options.securitySchemes !== undefined) checkSchemes(options.securitySchemes)
  if (options.webhooks !== undefined && !isWebhookManager(options.webhooks)) {
    throw new InvalidOptions('webhooks', 'the webhooks that `webhooks` of @keywright/webhooks returned')
  }
  wholeNumber(hostTimeoutMs, 'hostTimeoutMs', { least: 1, most: 60_000 })
}

function checkAllNames<A extends Access>(keyring: Keyring<A>, options: ManagementApiOptions<A>): void {
  checkNames(options, optionNames, { defined: ['permissions'] })
  const { permissions = {}, resources = {} } = options
  checkNames(permissions, permissionNames, { at: 'permissions', defined: Object.keys(permissionNames) })
  const types = Object.fromEntries([...keyring.access.resources.keys()].map((type) => [type, true] as const))
  checkNames(resources, types, { at: 'resources' })
  for (const [type, list] of Object.entries(resources)) {
    if (typeof list !== 'function') throw new InvalidOptions(`resources.${type}`, 'a function')
  }
}

const schemeFields = {
  apiKey: ['in', 'name'],
  http: ['scheme', 'bearerFormat'],
  openIdConnect: ['openIdConnectUrl'],
} as const

function checkSchemes(schemes: unknown): void {
  if (!isRecord(schemes) || Object.keys(schemes).length === 0) {
    throw new InvalidOptions('securitySchemes', 'an object with at least one security scheme of OpenAPI')
  }
  for (const [name, scheme] of Object.entries(schemes)) {
    if (!/^[A-Za-z0-9._-]{1,64}$/.test(name)) {
      throw new InvalidOptions('securitySchemes', 'named with 1 to 64 letters, digits and . _ -')
    }
    const at = `securitySchemes.${name}`
    const type = isRecord(scheme) ? scheme.type : undefined
    if (type !== 'apiKey' && type !== 'http' && type !== 'openIdConnect') {
      throw new InvalidOptions(`${at}.type`, "'apiKey', 'http' or 'openIdConnect'")
    }
    const fields = ['type', 'description', ...schemeFields[type]]
    checkNames(scheme, Object.fromEntries(fields.map((field) => [field, true] as const)), { at })
    const given = scheme as Readonly<Record<string, unknown>> // an object, as was just checked
    for (const field of schemeFields[type]) {
      if (field === 'bearerFormat' && given[field] === undefined) continue
      if (typeof given[field] !== 'string' || given[field] === '')
        throw new InvalidOptions(`${at}.${field}`, 'a string')
    }
    if (type === 'apiKey' && !['cookie', 'header', 'query'].includes(String(given.in))) {
      throw new InvalidOptions(`${at}.in`, "'cookie', 'header' or 'query'")
    }
  }
}

function isWebhookManager(given: unknown): boolean {
  if (!isRecord(given) || !(given.eventTypes instanceof Map)) return false
  return Object.keys(webhookMethods).every((name) => typeof given[name] === 'function')
}

function isOrigin(origin: string): boolean {
  return URL.canParse(origin) && new URL(origin).origin === origin && !origin.includes('*')
}
