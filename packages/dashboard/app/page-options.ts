import type { PageOptions } from '../src/page-options.js'

/** What the attributes of the element say. */
export interface ElementOptions extends PageOptions {
  readonly api: string
  /** The path of each page of it is in the hash of the URL, unless the host's own router has that. */
  readonly hasHash: boolean
}

const allShown: PageOptions['show'] = {
  environments: true,
  scopes: true,
  presets: true,
  roles: true,
  resources: true,
  ipAllowList: true,
  rateLimits: true,
  expiry: true,
  personalKeys: true,
  organizationKeys: true,
  reveal: true,
  bulk: true,
  usage: true,
  audit: true,
  webhooks: true,
}

const defaults: PageOptions = {
  productName: '',
  logoUrl: null,
  accent: null,
  exampleUrl: null,
  envName: 'API_KEY',
  mcp: null,
  show: allShown,
}

/** Reads the attributes `api`, `options` and `routing`. The handler checked the options already; a host's own page may leave some out. */
export function readPageOptions(element: HTMLElement): ElementOptions {
  const given: Partial<PageOptions> = JSON.parse(element.getAttribute('options') ?? '{}') // of the handler, or of the host
  return {
    ...defaults,
    ...given,
    show: { ...allShown, ...given.show },
    api: (element.getAttribute('api') ?? '/api/api-keys').replace(/\/$/, ''),
    hasHash: element.getAttribute('routing') !== 'none',
  }
}
