import type { Io } from './io.js'

/** Variables that hold secrets, or addresses with passwords in them. */
const addresses = ['KEYWRIGHT_DATABASE_URL', 'DATABASE_URL'] as const
const secrets = ['KEYWRIGHT_PEPPER', 'KEYWRIGHT_AUDIT_KEY'] as const
/** A shorter text is in too many words. */
const fewestCharacters = 4

/**
 * Takes secrets out of a text that the program did not write itself: drivers and configurations put into their errors what they
 * like.
 *
 * @param given - An address of the command line.
 */
export function withoutSecrets(text: string, { env }: Pick<Io, 'env'>, given: string | undefined): string {
  const known = [
    ...[given, ...addresses.map((name) => env[name])].flatMap(passwordsIn),
    ...secrets.flatMap((name) => env[name] ?? []),
  ]
  // The longest first: a shorter one may be a part of it.
  const hidden = known.filter(({ length }) => length >= fewestCharacters).sort((a, b) => b.length - a.length)
  const clean = hidden.reduce((shown, secret) => shown.replaceAll(secret, '***'), text)
  // An address that nobody named: of another variable, or of another server.
  return clean.replace(/(\w+:\/\/[^\s:/@]*):\S*@/g, '$1:***@').replace(/([?&][\w.-]+=)[^\s&#]+/g, '$1***')
}

/** The passwords of an address, as they are written, and as they are meant. A password that is not encoded may have an `@` in it. */
function passwordsIn(address = ''): string[] {
  const [, rest = ''] = /^\w+:\/\/[^:/@]*:(.*)$/s.exec(address) ?? []
  const ends = [...rest.matchAll(/@/g)].map(({ index }) => rest.slice(0, index))
  const values = [...address.matchAll(/[?&][^=&#]*(?:password|pwd|token|secret|key)[^=&#]*=([^&#]*)/gi)]
  return [...ends, ...values.flatMap(([, value = '']) => value)].flatMap((password) => [password, decoded(password)])
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
