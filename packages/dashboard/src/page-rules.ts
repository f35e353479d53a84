import type { McpClient } from './options.js'

/** What a value must be: whether it is that, and in words that complete "must be". */
export interface Rule<T> {
  readonly expected: string
  is(value: unknown): value is T
}

/** What the options must be. The handler and the element hold them to the same; only what is wrong with one is told otherwise. */
export const rules = {
  api: text(
    /^(\/[A-Za-z0-9._~-]+)+$/,
    'a path that starts with a slash and does not end with one, such as /api/api-keys',
  ),
  productName: text(/^[^\p{C}\p{Zl}\p{Zp}]{1,80}$/u, 'a string of 1 to 80 printable characters'),
  logoUrl: text(
    /^(\/(?!\/)[^\s\\]{0,2000}|data:image\/[a-z+.-]+[;,][^\s]+)$/,
    'a path of the same origin, or a data: URL of an image',
  ),
  accent: text(
    /^(#[0-9A-Fa-f]{3,8}|[a-z]{3,30}|[a-z]{2,8}\([0-9a-z .,%/-]{1,60}\))$/,
    'a colour of CSS, such as #3b5bdb',
  ),
  envName: text(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'a variable name: letters, digits and _, not starting with a digit'),
  url: {
    expected: 'an http or https URL',
    is: (value): value is string =>
      typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
  },
  part: { expected: 'a boolean', is: (value): value is boolean => typeof value === 'boolean' },
} satisfies Readonly<Record<string, Rule<unknown>>>

function text(pattern: RegExp, expected: string): Rule<string> {
  return { expected, is: (value): value is string => typeof value === 'string' && pattern.test(value) }
}

/** Whether this is a list of what `clientConfig` returns. */
export function areClients(given: unknown): given is readonly McpClient[] {
  return Array.isArray(given) && given.every(isClient)
}

const link = text(/^(?!javascript:|data:|vbscript:)[a-z][a-z0-9+.-]*:/, 'a link')

function isClient(given: unknown): given is McpClient {
  if (!isFields(given)) return false
  const isTexts = (list: unknown): boolean => Array.isArray(list) && list.every((one) => typeof one === 'string')
  const isFile = (file: unknown): boolean =>
    isFields(file) && typeof file.path === 'string' && typeof file.text === 'string'
  return (
    typeof given.client === 'string' &&
    typeof given.title === 'string' &&
    Array.isArray(given.files) &&
    given.files.every(isFile) &&
    (given.command === undefined || typeof given.command === 'string') &&
    (given.link === undefined || link.is(given.link)) &&
    isTexts(given.notes) &&
    isTexts(given.warnings)
  )
}

export function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `Acme Boards` makes `ACME_BOARDS_API_KEY`, and `Müller` `MULLER_API_KEY`. */
export function envNameOf(productName: string): string {
  const ascii = productName
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^A-Za-z0-9]+/g, ' ')
  const words = ascii.trim().toUpperCase().replaceAll(' ', '_').replace(/^\d/, '_$&').slice(0, 100)
  return words === '' ? 'API_KEY' : `${words}_API_KEY`
}
